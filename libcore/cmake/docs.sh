#!/bin/bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# docs.sh BIN_FOLDER OUT_FOLDER TOOL...: writes man/TOOL.1 and completions/{bash,zsh,fish}/ for each tool.
set -eu
bin=$1
out=$2
shift 2
mkdir -p "$out/man" "$out/completions/bash" "$out/completions/zsh" "$out/completions/fish"

new=$(mktemp)
trap 'rm -f "$new"' EXIT

# write FILE COMMAND...: the file changes only when the command succeeded and says something else.
write() {
  local file=$1
  shift
  "$@" >"$new"
  cmp -s "$new" "$file" || cat "$new" >"$file"
}

for tool in "$@"; do
  write "$out/man/$tool.1" "$bin/$tool" --print-man
  write "$out/completions/bash/$tool" "$bin/$tool" --print-completion bash
  write "$out/completions/zsh/_$tool" "$bin/$tool" --print-completion zsh
  write "$out/completions/fish/$tool.fish" "$bin/$tool" --print-completion fish
done
