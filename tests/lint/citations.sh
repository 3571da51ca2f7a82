#!/bin/bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# citations.sh FILE...: every page (.md) that a file of the current folder cites is in the tree, and so is every section
# of it that is cited by number ("model.md, section 2", "render.md, sections 1, 2 and 4"). Prints one line per fault; exit
# status 1 if there was any. A page with a folder in front is looked for from the citing file's folder and from the
# root; a bare name, except README.md, anywhere. Citations may go on in the next line of a comment.
set -u
faults=0
complain() {
  echo "$*"
  faults=$((faults + 1))
}

# Pages by their names: where each lies.
declare -A pages
while IFS= read -r page; do
  page=${page#./}
  pages[${page##*/}]+="$page"$'\n'
done < <(find . \( -path ./build -o -path ./.git \) -prune -o -name '*.md' -print)

# find_page FILE CITED: the page that FILE means; empty where there is none.
find_page() {
  local file=$1 cited=${2#./} folder=. found
  [[ $file != */* ]] || folder=${file%/*}
  for found in "$folder/$cited" "$cited"; do
    [[ ! -f $found ]] || { echo "$found"; return; }
  done
  [[ $cited == */* || $cited == README.md ]] || head -n 1 <<<"${pages[$cited]:-}"
}

page_name='(\.?[A-Za-z0-9_-]+/|\.\./)*[A-Za-z0-9_-]+\.md'
numbers='[0-9]+([, ]+(and |to )?[0-9]+)*'
mapfile -t citing < <(grep -slE '\.md\b' "$@" /dev/null)
for file in ${citing[@]+"${citing[@]}"}; do
  # Lines of a comment are joined: what a citation says may stand in the next one.
  text=$(sed -zE 's@\n[ \t]*(//+|#|\.\\")?[ \t]*@ @g' "$file")
  while read -r name rest; do
    name=${name%%[!A-Za-z0-9_./-]*}
    name=${name#SOURCE/}  # "$SOURCE/README.md" in scripts
    page=$(find_page "$file" "$name")
    if [[ -z $page ]]; then
      complain "$file: cites $name, which is not in the tree"
      continue
    fi
    rest=${rest#section} rest=${rest#s} rest=${rest// to /-}
    for range in ${rest//[!0-9-]/ }; do
      for ((number = ${range%-*}; number <= ${range#*-}; ++number)); do
        grep -qE "^## $number\. " "$page" || complain "$file: cites section $number of $name, which $page does not have"
      done
    done
  done < <(grep -oE "$page_name(\`?,? sections? $numbers|\b)" <<<"$text" | sort -u)
done
((faults == 0))
