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

# Files of the tree: those that git knows or would take; without git (a release archive) all but the build folder.
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  mapfile -t files < <(git ls-files --cached --others --exclude-standard | sort -u)
else
  mapfile -t files < <(find . -path ./build -prune -o -type f -printf '%P\n' | sort)
fi
((${#files[@]} > 0)) || { echo "lint: found no files"; exit 1; }

words='\b(TO''DO|FIX''ME|XX''X)\b|(?i:not imple''mented|\bplace''holder|\bst''ubs?\b|\bha''cks?\b)'
torch_free='^libcore/(base|image|store|model|cli)/'
sources=()
for file in "${files[@]}"; do
  [[ -f $file ]] || continue
  case $file in
    *.cpp | *.hpp) sources+=("$file") ;;
    *.sh | *.cmake | */CMakeLists.txt | CMakeLists.txt | Makefile | .ci/run | completions/* | man/*.[157]) ;;
    *.md) ;;
    *) continue ;;
  esac
  lines=$(wc -l <"$file")
  if [[ $file != *.md ]]; then
    head -n 6 "$file" | grep -q 'SPDX-FileCopyrightText: The inr authors' || complain "$file: SPDX-FileCopyrightText is missing"
    head -n 6 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || complain "$file: SPDX-License-Identifier is missing"
  fi
  hit=$(grep -nP "$words" "$file" | head -n 1)
  [[ -z $hit ]] || complain "$file:$hit: a word for unfinished work"
  hit=$(grep -nE '(^|[^[:alnum:]_./])/(work|root)/' "$file" | head -n 1)
  [[ -z $hit ]] || complain "$file:$hit: the path of somebody's machine"
  [[ $file == *.cpp || $file == *.hpp ]] || continue

  limit=300
  [[ $file == cmd/* ]] && limit=200
  ((lines <= limit)) || complain "$file: $lines lines; the limit is $limit"
  # The header comment of a .cpp may stand in the .hpp of the same name.
  if [[ $file == *.hpp || ! -f ${file%.cpp}.hpp ]]; then
    sed -n 3p "$file" | grep -q '^//' || complain "$file: no header comment after the SPDX lines"
  fi
  hit=$(grep -nE '#include "(\.\./|\./)' "$file" | head -n 1)
  [[ -z $hit ]] || complain "$file:$hit: include from the root of libcore"
  if grep -nE '#include [<"]CLI/' "$file" >/dev/null && [[ $file != libcore/cli/* && $file != cmd/* ]]; then
    complain "$file: CLI11 belongs to libcore/cli and cmd"
  fi
  if [[ $file =~ $torch_free ]]; then
    hit=$(grep -nE '#include [<"](torch|ATen|c10)/' "$file" | head -n 1)
    [[ -z $hit ]] || complain "$file:$hit: LibTorch in a folder without it"
  fi
  if [[ $file == *.hpp ]]; then
    grep -q '^#pragma once' "$file" || complain "$file: #pragma once is missing"
    ! grep -nE '^using namespace' "$file" >/dev/null || complain "$file: using namespace in a header"
  fi
done

# Allowed includes: the rows of the one table, in libcore/cmake/InrLibrary.cmake.
for folder in base image store model cli field gan metrics; do
  row=$(sed -nE "s/^set\(INR_ALLOWED_$folder +\"?([a-z ]*)\"?\)/\1/p" libcore/cmake/InrLibrary.cmake)
  for other in base image store model cli field gan metrics; do
    [[ $other == "$folder" || " $row " == *" $other "* ]] && continue
    hit=$(grep -rnE "#include \"$other/" "libcore/$folder" 2>/dev/null | head -n 1)
    [[ -z $hit ]] || complain "$hit: $folder may not include $other"
  done
done

if command -v clang-format >/dev/null; then
  for file in "${sources[@]}"; do
    clang-format --dry-run -Werror "$file" 2>/dev/null || complain "$file: not as clang-format has it (make format)"
  done
else
  echo "lint: clang-format is not installed; formatting was not checked"
fi

echo "lint: ${#sources[@]} sources, $faults faults"
((faults == 0))
