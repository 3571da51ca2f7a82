# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Pictures that cannot be read: named; left out with --skip-bad; counted by --max-bad.
source "$SOURCE/tests/support/prep_pictures.sh"
make_pictures photos 10 16
head -c 100 photos/00003.ppm >cut && mv cut photos/00003.ppm
echo 'no picture' >photos/00005.png
: >photos/00007.jpg
mkdir clean && cp photos/*.ppm clean/ && rm clean/00003.ppm

expect_exit 1 inr-prep photos -o set.inrd --size 8
expect_one_line inr-prep
expect_stderr 'photos/00003\.ppm: .*--skip-bad'
expect_exit 1 inr-prep set.inrd --export out
expect_stderr 'not complete: it has 3 pictures so far; run the same inr-prep again'

expect_exit 3 inr-prep photos -o set.inrd --size 8 --max-bad 2
expect_stderr 'left out: .*00003\.ppm'
expect_stderr '3 pictures could not be read, more than --max-bad 2'
refuse_stdout .
expect_exit 0 inr-prep photos -o set.inrd --size 8 --max-bad 3
expect_stdout '9 pictures'
hash=$(content_hash)

expect_exit 0 inr-prep photos -o other.inrd --size 8 --skip-bad --json
expect_stdout '"sources":12,"skipped":3'
for name in 00003.ppm 00005.png 00007.jpg; do expect_stderr "left out: photos/$name: "; done
expect_exit 0 inr-prep clean -o clean.inrd --size 8
expect_same "hash without the bad ones" "$(content_hash)" "$hash"

rm photos/*.ppm
expect_exit 1 inr-prep photos -o none.inrd --size 8 --skip-bad
expect_stderr 'none of the 2 pictures could be read'
expect_no_file none.inrd
