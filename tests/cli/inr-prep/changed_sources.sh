# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Other pictures under the same names are noticed: in folders, lists, zips, LMDBs, datasets and fonts; at a complete dataset
# and at one whose build was interrupted. A folder that was moved or copied is the same.
source "$SOURCE/tests/support/prep_pictures.sh"
export LC_ALL=C
make_pictures cats 12 16
python3 - <<'PYTHON'
import os, random
os.makedirs("dogs")
for name in sorted(os.listdir("cats")):
    bytes_ = open("cats/" + name, "rb").read()
    head = bytes_[:bytes_.index(b"255\n") + 4]
    open("dogs/" + name, "wb").write(head + random.Random(name).randbytes(len(bytes_) - len(head)))  # of the same sizes
PYTHON
touch -d '2020-01-01 00:00:00.25' cats/*
touch -d '2021-01-01 00:00:00.25' dogs/*

# other NAME WHY SOURCE DATASET [OPTION...]: refused in one line that names the picture and the way out; the file stays.
other() {
  local name=$1 why=$2 from=$3 set=$4
  shift 4
  cp "$set" before
  expect_refusal 1 "^inr-prep: $name: is not the picture that $set was made of: $why; name another dataset with -o, or delete $set to build it anew$" \
    inr-prep "$from" -o "$set" --size 8 "$@"
  same_bytes before "$set"
}
# same SOURCE DATASET [OPTION...]: nothing to do, nothing done.
same() {
  local from=$1 set=$2
  shift 2
  cp "$set" before
  expect_exit 0 inr-prep "$from" -o "$set" --size 8 "$@"
  expect_stderr 'the dataset is complete; there is nothing to do'
  same_bytes before "$set"
}

# A folder.
expect_exit 0 inr-prep cats -o a.inrd --size 8
expect_quiet
want=$(content_hash)
same cats a.inrd
expect_one_line inr-prep
other dogs/00000.ppm 'its contents differ' dogs a.inrd
expect_exit 1 inr-prep dogs -o a.inrd --size 8 --skip-bad # no bad picture, and no way around
expect_stderr 'dogs/00000.ppm: is not the picture'
cp -a cats moved && rm -r cats && mv moved cats2
same cats2 a.inrd
expect_one_line inr-prep
cp -r cats2 cats
touch -d '2022-02-02' cats/*
same cats a.inrd
expect_stderr '12 of 12 sources have a new modification time; their contents were read and are unchanged'
cp -p cats2/* cats/
cp cats/00007.ppm keep
cat keep dogs/00007.ppm >cats/00007.ppm
other cats/00007.ppm 'it had [0-9]+ bytes and now has [0-9]+' cats a.inrd
# The same size and the same time: what only --recheck tells.
cp dogs/00007.ppm cats/00007.ppm
touch -r cats2/00007.ppm cats/00007.ppm
same cats a.inrd
other cats/00007.ppm 'its contents differ' cats a.inrd --recheck
cp -p cats2/00007.ppm cats/00007.ppm
same cats a.inrd --recheck
expect_stderr 'the contents of all 12 sources are unchanged'

# A list.
list() { for name in "$1"/*; do echo "$name"; done; }
expect_exit 0 inr-prep - -o l.inrd --size 8 < <(list cats)
cp -p dogs/* cats/
other cats/00000.ppm 'its contents differ' - l.inrd < <(list cats)
cp -p cats2/* cats/
same - l.inrd < <(list cats)

# Several at once.
expect_exit 0 inr-prep cats dogs -o both.inrd --size 8
touch dogs/00011.ppm
expect_exit 0 inr-prep cats dogs -o both.inrd --size 8
expect_stderr '1 of 24 sources have a new modification time'
cp -p cats/00011.ppm dogs/00011.ppm
expect_refusal 1 '^inr-prep: dogs/00011.ppm: is not the picture that both.inrd was made of: its contents differ' \
  inr-prep cats dogs -o both.inrd --size 8

# A zip: the members' own checksums, so that the zip may be packed again.
pack() {
  python3 -c 'import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED if len(sys.argv) > 3 else zipfile.ZIP_STORED) as out:
    for name in sorted(os.listdir(sys.argv[2])): out.write(sys.argv[2] + "/" + name, name)' "$@"
}
pack cats.zip cats
expect_exit 0 inr-prep cats.zip -o z.inrd --size 8
pack again.zip cats2 deflated
same again.zip z.inrd
expect_one_line inr-prep
same again.zip z.inrd --recheck
cp -p cats2/* dogs/ && cp keep dogs/00004.ppm
truncate -s "$(stat -c %s cats2/00004.ppm)" dogs/00004.ppm
pack dogs.zip dogs
other 'dogs.zip: 00004.ppm' 'its checksum differs' dogs.zip z.inrd

# A dataset: the records' own checksums.
expect_exit 0 inr-prep cats -o big.inrd --size 12
expect_exit 0 inr-prep big.inrd -o small.inrd --size 8
mv big.inrd moved.inrd
same moved.inrd small.inrd
expect_exit 0 inr-prep dogs -o big.inrd --size 12
other 00004.ppm 'it had [0-9]+ bytes and now has [0-9]+|00004.ppm.*its checksum differs' big.inrd small.inrd

# An interrupted build: it goes on with the pictures it began with, and with no others.
printf x >cats/00005.ppm
expect_exit 1 inr-prep cats -o part.inrd --size 8
cp -p cats2/00005.ppm cats/00005.ppm
cp -p dogs/00004.ppm cats/00004.ppm
touch cats/00004.ppm
other cats/00004.ppm 'its contents differ' cats part.inrd
cp -p cats2/00004.ppm cats/00004.ppm
expect_exit 0 inr-prep cats -o part.inrd --size 8
expect_stderr 'continued a build that was interrupted after 5 pictures'
expect_same "content hash of the continued build" "$(content_hash)" "$want"
pack cats.zip cats2
python3 -c 'import sys
data = bytearray(open("cats.zip", "rb").read())
data[data.index(b"00006.ppmP6") + 60] ^= 255 # the member is damaged
open("bad.zip", "wb").write(data)'
expect_exit 1 inr-prep bad.zip -o part2.inrd --size 8
other 'dogs.zip: 00004.ppm' 'its checksum differs' dogs.zip part2.inrd
expect_exit 0 inr-prep cats.zip -o part2.inrd --size 8
expect_same "content hash of the continued zip" "$(content_hash)" "$want"

# A picture that was left out is looked at again.
printf x >cats/00002.ppm
expect_exit 0 inr-prep cats -o few.inrd --size 8 --skip-bad
expect_stdout '11 pictures'
same cats few.inrd --skip-bad --recheck
cp -p cats2/00002.ppm cats/00002.ppm
other cats/00002.ppm 'it had 1 bytes and now has [0-9]+' cats few.inrd --skip-bad
list cats >paths
echo cats/none.ppm >>paths
expect_exit 0 inr-prep - -o gone.inrd --size 8 --skip-bad <paths
same - gone.inrd --skip-bad <paths
cp cats2/00000.ppm cats/none.ppm
other cats/none.ppm 'it could not be read then, but it can be read now' - gone.inrd --skip-bad <paths

# --recheck belongs to a build.
expect_refusal 2 'no options of a build' inr-prep a.inrd --export out --recheck
# The content hash says nothing of this: what is kept is not part of it.
expect_same "content hash of the first" "$want" "$(inr-prep cats2 -o a.inrd --size 8 2>/dev/null | grep -oE '[0-9a-f]{64}')"
