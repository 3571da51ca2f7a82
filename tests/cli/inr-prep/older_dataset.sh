# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Datasets of an inr-prep that kept no sizes and times of its sources (tests/support/older/*.inrd.gz, of five pictures, one
# complete and one interrupted after three): read, found complete and continued, and told in one line to be unchecked.
source "$SOURCE/tests/support/prep_pictures.sh"
make_pictures photos 5 8
hash=268e3544b60c8ca2da3362164026c5c54714ef4ea65dfddf2041b6c0874d90fd
gunzip -c "$SOURCE/tests/support/older/complete.inrd.gz" >set.inrd
gunzip -c "$SOURCE/tests/support/older/building.inrd.gz" >part.inrd
cp set.inrd before

expect_exit 0 inr-prep photos -o set.inrd --size 4
expect_same "content hash" "$(content_hash)" "$hash"
expect_stderr '^inr-prep: set.inrd has no sizes and times of its sources \(it was made by an older inr-prep\), so whether they hold the same pictures cannot be checked$'
expect_stderr 'nothing to do'
[[ $(wc -l <"$CASE_FOLDER/.stderr") == 2 ]] || fail "more than one line about it"
same_bytes before set.inrd
expect_refusal 1 '^inr-prep: set.inrd: 5 of its pictures were stored without a checksum of their sources, which --recheck needs; build another dataset and compare the content hashes$' \
  inr-prep photos -o set.inrd --size 4 --recheck
same_bytes before set.inrd
expect_exit 0 inr-prep set.inrd --export out
expect_exit 0 inr-prep set.inrd -o again.inrd --size 4
expect_same "content hash of the copy" "$(content_hash)" "$hash"

# What is added is checked from then on.
expect_exit 0 inr-prep photos -o part.inrd --size 4 --json
expect_stderr '^inr-prep: part.inrd has no sizes and times of its sources'
expect_stdout "\"content_hash\":\"$hash\".*\"resumed_at\":3,\"unchecked\":3"
cp photos/00003.ppm keep
cp photos/00002.ppm photos/00003.ppm
expect_refusal 1 '^inr-prep: photos/00003.ppm: is not the picture that part.inrd was made of: ' inr-prep photos -o part.inrd --size 4
cp keep photos/00003.ppm
expect_exit 0 inr-prep photos -o part.inrd --size 4
expect_stderr 'part.inrd has no sizes and times of 3 of its sources'
