# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Wrong use is status 2, what cannot be read is status 1; one line each, and no file appears.
source "$SOURCE/tests/support/prep_pictures.sh"
make_pictures photos 3 10

wrong() {
  expect_exit 2 "$@"
  expect_one_line inr-prep
}
wrong inr-prep
wrong inr-prep photos
expect_stderr 'no output was given'
wrong inr-prep photos -o x.inrd
expect_stderr 'crop center needs --size'
wrong inr-prep photos -o - --size 8
wrong inr-prep photos -o x.inrd --size 0
wrong inr-prep photos -o x.inrd --size 8 --codec gif
expect_stderr '"gif" is not a codec; use png, raw, jpg'
wrong inr-prep photos -o x.inrd --size 8 --filter lanzcos
wrong inr-prep photos -o x.inrd --size 8 --background ecru
wrong inr-prep photos -o x.inrd --preset emoji33
wrong inr-prep - - -o x.inrd --size 8
wrong inr-prep photos --export out --size 8
wrong inr-prep photos -o x.inrd --size 8 --export photos/out/
expect_stderr 'export photos/out/ lies in the source photos'

failed() {
  expect_exit 1 "$@"
  expect_one_line inr-prep
}
failed inr-prep nowhere -o x.inrd --size 8
expect_stderr 'nowhere: cannot open: No such file'
failed inr-prep "$SOURCE/CMakeLists.txt" -o x.inrd --size 8
expect_stderr 'CMakeLists.txt: is not a source of pictures'
mkdir empty
failed inr-prep empty -o x.inrd --size 8
expect_stderr 'empty: holds no pictures'
failed inr-prep photos -o no/such/x.inrd --size 8
failed inr-prep photos -o photos --size 8
failed inr-prep photos -o "$CASE_FOLDER/photos/00000.ppm" --size 8
expect_stderr '00000.ppm: exists and is not a dataset'
failed inr-prep photos/00000.ppm --export out
expect_stderr '00000.ppm: is not a dataset; make one with inr-prep'
failed inr-prep - -o x.inrd --size 8 </dev/null
expect_no_file x.inrd

# A result that cannot be told is a failure, the dataset stands all the same.
expect_exit 1 bash -c 'inr-prep photos -o full.inrd --size 8 > /dev/full'
expect_stderr 'No space left on device'
expect_exit 0 inr-prep photos -o full.inrd --size 8
