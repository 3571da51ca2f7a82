#!/bin/bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# citations.sh over a small tree: citations that lead somewhere pass, made-up ones are named. Each line below is a file's
# text, and what is said of it (nothing: it passes).
set -u
citations=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/citations.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
md=.m'd'  # the lint reads this file too
mkdir -p libcore/a libcore/b
printf '# A page\n\n## 1. One\n\n## 2. Two\n' >"libcore/a/page$md"
touch "README$md" "libcore/b/README$md"

faults=0
# check SAID TEXT: what is said of libcore/b/file.hpp with this text.
check() {
  printf '%b\n' "$2" >libcore/b/file.hpp
  local said status=0
  said=$("$citations" libcore/b/file.hpp "README$md") || status=1
  [[ $said == "${1:+libcore/b/file.hpp: cites $1}" && $status == $((${#1} > 0)) ]] && return
  echo "of '$2': '$said', status $status"
  faults=$((faults + 1))
}

check '' "// As page$md says."
check '' "// (page$md, sections 1 and 2), libcore/a/page$md, ../a/page$md, README$md, ./README$md"
check '' "// LMDB's data${md}b, and section 9 of something else"
check "nowhere$md, which is not in the tree" "// see nowhere$md"
check "libcore/b/page$md, which is not in the tree" "// see libcore/b/page$md, section 1"
check "section 3 of page$md, which libcore/a/page$md does not have" "// (page$md, sections 1,\n// 2 and 3)"
check "section 3 of page$md, which libcore/a/page$md does not have" "// (page$md,\n// section\n// 3), and page$md, section 2"
check "section 3 of page$md, which libcore/a/page$md does not have" "// page$md, sections 1 to 3"
rm "README$md"
check '' "// README$md: that of this folder"
rm "libcore/b/README$md"
check "README$md, which is not in the tree" "// README$md"

((faults == 0)) && echo "citations_test: passed"
((faults == 0))
