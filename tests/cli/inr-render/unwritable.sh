# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# An output that cannot be written is reported before records are waited for: pictures, arrays, films, pyramids, numbered
# files.
source "$SOURCE/tests/support/bad_outputs.sh"
echo "no stream" >s.inr
expect_outputs_refused inr-render .png s.inr -o @
expect_outputs_refused inr-render .jpg s.inr -o @
expect_outputs_refused inr-render .npy each s.inr -o @
expect_outputs_refused inr-render .y4m each s.inr -o @
expect_outputs_refused inr-render .y4m zoom s.inr --to 0,0,0.5,0.5 -o @

refused() { # PATTERN OUTPUT ARGUMENT...
  local before
  before=$(everything)
  expect_refusal 1 "$1" inr-render s.inr "${@:3}" -o "$2"
  expect_same "what lies there after -o $2" "$(everything)" "$before"
}
refused '^inr-render: nowhere/p.dzi: .*No such file' nowhere/p.dzi
refused '^inr-render: a_file/p.dzi: .*Not a directory' a_file/p.dzi
refused '^inr-render: /proc/p.dzi: ' /proc/p.dzi
mkdir mine_files
refused '^inr-render: mine_files: ' mine.dzi

# The folders of numbered files are made: what counts is whether that can be done.
mkdir frames frames/0.png
for name in a_file/%d.png a_file/below/%d.png /proc/none/%d.png frames/%d.png; do
  expect_exit 1 inr-render each s.inr -o $name
  expect_one_line inr-render
  expect_stderr "^inr-render: ${name%/%d.png}.*; "
done
expect_exit 1 inr-render each s.inr -o new/folder/%d.png
expect_stderr '^inr-render: s.inr'
expect_no_file new
