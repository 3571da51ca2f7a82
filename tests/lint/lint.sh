#!/bin/bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# Rules of the tree that grep can check. Prints one line per fault; exit status 1 if there was any.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
faults=0
complain() {
  echo "lint: $*"
  faults=$((faults + 1))
}
# complain_all WHAT: one complaint per line of stdin.
complain_all() {
  local line
  while IFS= read -r line; do complain "$line: $1"; done
}

# The one table of folders and what they may include, and the folders that use LibTorch.
folders=$(sed -nE 's/^set\(INR_ROOM_([a-z]+) .*/\1/p' libcore/cmake/InrLibrary.cmake)
torch_folders=$(sed -nE 's/^ *inr_library\(([a-z]+) .*TORCH.*/\1/p' libcore/CMakeLists.txt)

# Files of the tree: those that git knows or would take; without git (a release archive) all but the build folder.
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  mapfile -t files < <(git ls-files --cached --others --exclude-standard | sort -u)
else
  mapfile -t files < <(find . -path ./build -prune -o -type f -printf '%P\n' | sort)
fi
texts=() sources=() headers=() torch_free=() no_cli11=()
for file in "${files[@]}"; do
  [[ -f $file && ! -L $file ]] || continue
  case $file in
    *.cpp | *.hpp | *.sh | *.cmake | *CMakeLists.txt | Makefile | .ci/run | completions/* | man/*.[157]) texts+=("$file") ;;
  esac
  [[ $file == *.cpp || $file == *.hpp ]] || continue
  sources+=("$file")
  [[ $file == *.cpp ]] || headers+=("$file")
  [[ $file == libcore/cli/* || $file == cmd/* ]] || no_cli11+=("$file")
  folder=${file#libcore/}
  [[ $file != libcore/* || $file == libcore/cmake/* || " ${torch_folders//$'\n'/ } " == *" ${folder%%/*} "* ]] || torch_free+=("$file")
done
((${#sources[@]} > 0 && ${#headers[@]} > 0)) || { echo "lint: found no sources"; exit 1; }

# Headers of files: two SPDX lines near the top, then the idea; a .cpp may leave that to the .hpp of its name.
complain_all 'SPDX-FileCopyrightText or SPDX-License-Identifier is missing from the first lines' < <(awk '
  FNR == 1 { if (name != "" && found < 2) print name; name = FILENAME; found = 0 }
  FNR <= 6 && /SPDX-FileCopyrightText: The inr authors|SPDX-License-Identifier: Apache-2.0/ { ++found }
  END { if (found < 2) print name }' "${texts[@]}")
while IFS= read -r file; do
  [[ $file == *.cpp && -f ${file%.cpp}.hpp ]] || complain "$file: no header comment after the SPDX lines"
done < <(awk 'FNR == 3 && !/^\/\// { print FILENAME }' "${sources[@]}")

# Words, paths of somebody's machine.
words='\b(TO''DO|FIX''ME|XX''X)\b|(?i:not imple''mented|\bplace''holder|\bst''ubs?\b|\bha''cks?\b)'
mapfile -t readable < <(printf '%s\n' "${texts[@]}"; printf '%s\n' "${files[@]}" | grep '\.md$')
complain_all 'a word for unfinished work' < <(grep -nHP "$words" "${readable[@]}")
complain_all "the path of somebody's machine" < <(grep -nHE '(^|[^[:alnum:]_./$}])/(work|root)/' "${readable[@]}")

# Includes.
complain_all 'include from the root of libcore' < <(grep -nHE '#include "(\.\./|\./)' "${sources[@]}")
complain_all 'CLI11 belongs to libcore/cli and cmd' < <(grep -nHE '#include [<"]CLI/' "${no_cli11[@]}")
complain_all 'LibTorch in a folder without it' < <(grep -nHE '#include [<"](torch|ATen|c10)/' "${torch_free[@]}")
complain_all '#pragma once is missing' < <(grep -L '^#pragma once' "${headers[@]}")
complain_all 'using namespace in a header' < <(grep -nHE '^using namespace' "${headers[@]}")
[[ -n $folders ]] || complain 'libcore/cmake/InrLibrary.cmake: no rows of allowed includes were found'
refused() {  # the other folders but those named, as an alternative of a pattern
  local out="" other
  for other in $folders; do
    [[ " $* " == *" $other "* ]] || out+=${out:+|}$other
  done
  echo "$out"
}
for folder in $folders; do
  row=$(sed -nE "s/^set\(INR_ROOM_$folder +\"?([a-z ]*)\"?\).*/\1/p" libcore/cmake/InrLibrary.cmake)
  complain_all "$folder may not include this" < <(
    grep -rnHE --include='*.[ch]pp' "#include \"($(refused "$folder" $row))/" "libcore/$folder" 2>/dev/null)
done

# Every page of ours that a man page refers to is there.
while read -r name section; do
  [[ -f man/$name.$section ]] || complain "man: $name($section) is referred to and missing"
done < <(sed -nE 's/^\.BR (inr[a-z\-]*) \(([0-9])\).*/\1 \2/p' man/*.[157] | tr -d '\\' | sort -u)

# Every page (.md) that is cited is in the tree, with the sections that are cited.
mapfile -t citing < <(printf '%s\n' "${files[@]}" | grep -E '\.(cpp|hpp|def|py|sh|cmake|md|[157])$|(^|/)(CMakeLists\.txt|Makefile)$')
while IFS= read -r fault; do complain "$fault"; done < <(tests/lint/citations.sh "${citing[@]}")

# Every page of man/ that is written by hand is rendered without a warning (those of the tools: tests/cli/generic/docs.sh).
if command -v groff >/dev/null; then
  for page in man/*.[57]; do
    # On one endless page, as a terminal shows it: a table that meets the foot of a printed page is no fault.
    complain_all "$page: groff" < <({ echo .pl 900i; cat "$page"; } | groff -ww -z -man -t -Tutf8 2>&1)
  done
else
  echo "lint: groff is not installed; man pages were not checked"
fi

if command -v clang-format >/dev/null; then
  complain_all 'not as clang-format has it (make format)' < <(clang-format --dry-run "${sources[@]}" 2>&1 |
    sed -nE 's/^([^ :]+):[0-9]+:[0-9]+: warning: code should be clang-formatted.*/\1/p' | sort -u)
else
  echo "lint: clang-format is not installed; formatting was not checked"
fi

echo "lint: ${#sources[@]} sources, $faults faults"
((faults == 0))
