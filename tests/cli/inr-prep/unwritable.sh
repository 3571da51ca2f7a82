# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A dataset or a folder that cannot be written is reported before the pictures are listed.
source "$SOURCE/tests/support/bad_outputs.sh"
source "$SOURCE/tests/support/prep_pictures.sh"
mkdir empty
expect_outputs_refused inr-prep .inrd empty -o @ --size 8

# --export beside -o: before the dataset is built.
make_pictures photos 3 10
ln -s nothing/there loose
for folder in a_file a_file/below /proc/none loose; do
  before=$(everything)
  expect_refusal 1 "^inr-prep: $folder: cannot .*; " inr-prep photos -o data.inrd --size 8 --export $folder
  expect_same "what lies there after --export $folder" "$(everything)" "$before"
done
expect_exit 0 inr-prep photos -o data.inrd --size 8 --export new/folder
expect_file new/folder/000002.png
# And before the dataset is read.
expect_refusal 1 '^inr-prep: a_file: cannot make the folder' inr-prep missing.inrd --export a_file
