# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-prep inr-train inr-sample inr-interp inr-fid inr-macs inr-export inr-info
# The commands of the README (its ```sh blocks, and the examples of its table of tools), one after another in one empty
# folder, with the default model.
font=/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf
[[ -r $font ]] || skip "fonts-noto-color-emoji is not installed"
# Of a row of the table, what stands between the last two backquotes. What inr-import takes comes from elsewhere.
awk -F '`' '/^```sh$/ {inside = 1; next} /^```/ {inside = 0} inside; /^\| `inr-/ {print $(NF - 1)}' "$SOURCE/README.md" |
  grep -v '^inr-import ' >commands
[[ $(wc -l <commands) -ge 20 ]] || fail "the README has few commands"
for tool in "$BIN"/inr-*; do
  [[ ${tool##*/} == inr-import ]] || grep -q "^${tool##*/} " commands || fail "the README has no example of ${tool##*/}"
done
while IFS= read -r line; do
  expect_exit 0 bash -o pipefail -c "$line" </dev/null
done <commands
for picture in grid.png large.png detail.png beyond.png first.png sample-002.png row.png walk.dzi; do
  expect_exit 0 inr-info --check "$picture"
done
