# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Man page and completions of the source tree are those that the tool prints now, and are accepted by those who read them.
# $1 is the tool. "make docs" writes them anew.
tool=$1

bash "$SOURCE/libcore/cmake/docs.sh" "$BIN" "$PWD/now" "$tool" || fail "cannot print man page and completions"
for file in "man/$tool.1" "completions/bash/$tool" "completions/zsh/_$tool" "completions/fish/$tool.fish"; do
  cmp -s "now/$file" "$SOURCE/$file" || fail "$file is out of date: run make docs"
done

bash -n "now/completions/bash/$tool" || fail "bash does not parse the completion"
# Bash completes: the option's own name, offered by a prefix of it.
words=$(bash -c "source now/completions/bash/$tool
  COMP_WORDS=($tool --versi) COMP_CWORD=1
  $(grep -oE '^_[a-z_]+\(\)' "now/completions/bash/$tool" | tr -d '()')
  printf '%s\n' \"\${COMPREPLY[@]}\"") || fail "the bash completion fails"
expect_same "completion of --versi" "$words" --version
if command -v zsh >/dev/null; then zsh -n "now/completions/zsh/_$tool" || fail "zsh does not parse the completion"; fi
if command -v fish >/dev/null; then fish -n "now/completions/fish/$tool.fish" || fail "fish does not parse it"; fi

if command -v groff >/dev/null; then
  warnings=$(groff -ww -z -man -Tutf8 "now/man/$tool.1" 2>&1)
  [[ -z $warnings ]] || fail "groff on the man page: $warnings"
fi

# Every option that the help shows is in the man page and in the three completions.
"$tool" --help | grep -oE '^  (-[a-zA-Z], )?--[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+' | sort -u >options
expect_file options
while read -r option; do
  grep -qF -- "${option//-/\\-}" "now/man/$tool.1" || fail "$option is not in the man page"
  grep -qE -- "$option\b" "now/completions/bash/$tool" || fail "$option is not in the bash completion"
  grep -qE -- "$option\b" "now/completions/zsh/_$tool" || fail "$option is not in the zsh completion"
  grep -qE -- "-l ${option#--}( |$)" "now/completions/fish/$tool.fish" || fail "$option is not in the fish completion"
done <options
