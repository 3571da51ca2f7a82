# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-sample inr-render inr-info
# examples/interpolation and examples/pictures make their pictures: small files of the size that they have in the tree.
mkdir made || fail "mkdir"
expect_exit 0 "$SOURCE/examples/interpolation/run.sh" made/spaces.png
expect_exit 0 "$SOURCE/examples/pictures/run.sh" made
kept=("$SOURCE"/examples/interpolation/*.png "$SOURCE"/examples/pictures/*.png)
((${#kept[@]} >= 6)) || fail "few pictures are kept"
size() { head -c 24 "$1" | tail -c 8 | od -An -tx1; } # width and height in a PNG's header
for picture in "${kept[@]}"; do
  made=made/$(basename "$picture")
  expect_exit 0 inr-info --check "$made"
  expect_same "width and height of $made" "$(size "$made")" "$(size "$picture")"
  (($(stat -c %s "$made") <= 250000)) || fail "$made is large"
done
if command -v ffmpeg >/dev/null; then expect_file made/film.webp; fi
