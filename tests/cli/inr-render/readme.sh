# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-prep inr-train inr-sample inr-interp inr-fid inr-macs inr-export inr-info
# The commands of the README (its ```sh blocks), one after another in one empty folder, with the default model.
font=/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf
[[ -r $font ]] || skip "fonts-noto-color-emoji is not installed"
awk '/^```sh$/ {inside = 1; next} /^```/ {inside = 0} inside' "$SOURCE/README.md" >commands
[[ $(wc -l <commands) -ge 15 ]] || fail "the README has few commands"
while IFS= read -r line; do
  expect_exit 0 bash -o pipefail -c "$line" </dev/null
done <commands
for picture in grid.png large.png detail.png beyond.png first.png sample-002.png row.png walk.dzi; do
  expect_exit 0 inr-info --check "$picture"
done
