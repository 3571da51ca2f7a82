# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The same pictures from a folder, a zip, a list on stdin and a dataset; out again with --export.
source "$SOURCE/tests/support/prep_pictures.sh"
make_pictures photos/a 12 20
make_pictures photos/B 5 30

expect_exit 0 inr-prep photos -o folder.inrd --size 8
expect_quiet
expect_stdout '^folder.inrd: 17 pictures, 8x8, png, content hash [0-9a-f]{64}$'
want=$(content_hash)

python3 -c 'import os, zipfile
with zipfile.ZipFile("photos.zip", "w", zipfile.ZIP_DEFLATED) as out:
    for folder, _, names in os.walk("photos"):
        for name in names:
            out.write(f"{folder}/{name}")'
expect_exit 0 inr-prep photos.zip -o zip.inrd --size 8
expect_same "hash of the zip" "$(content_hash)" "$want"

find photos -type f | LC_ALL=C sort >list
expect_exit 0 inr-prep - -o list.inrd --size 8 <list
expect_same "hash of the list" "$(content_hash)" "$want"
expect_exit 0 bash -o pipefail -c 'cat list | inr-prep - -o piped.inrd --size 8 --threads 3 | cat'
expect_same "hash of the piped list" "$(content_hash)" "$want"
expect_exit 0 inr-prep photos/B photos/a -o two.inrd --size 8
expect_same "hash of two folders" "$(content_hash)" "$want"

# A picture of size 8 is not changed by preparing it again.
expect_exit 0 inr-prep folder.inrd -o again.inrd --size 8
expect_same "hash of the dataset" "$(content_hash)" "$want"
expect_exit 0 inr-prep folder.inrd --export out
expect_stderr '17 pictures in out'
[[ $(find out -name '*.png' | wc -l) == 17 ]] || fail "17 files were to be exported"
expect_exit 0 inr-prep out -o out.inrd --size 8
expect_same "hash of the exported pictures" "$(content_hash)" "$want"

expect_exit 0 inr-prep photos -o few.inrd --size 8 --limit 3 --codec raw --json
expect_stdout '"count":3,"width":8,"height":8,"codec":"raw"'
expect_exit 0 inr-prep photos -o whole.inrd --crop none --codec jpg:80
expect_stdout 'whole.inrd: 17 pictures, several sizes, jpg:80'
expect_exit 0 inr-prep photos -o preset.inrd --preset faces64 --size 10
expect_stderr 'preset faces64: --size 64 --crop center --filter lanczos --codec png'
expect_stdout '10x10'

# The same again: nothing to do. Another way: refused, and the file is left alone.
cp folder.inrd before
expect_exit 0 inr-prep photos -o folder.inrd --size 8
expect_stderr 'nothing to do'
expect_same "hash" "$(content_hash)" "$want"
expect_exit 1 inr-prep photos -o folder.inrd --size 9
expect_one_line inr-prep
expect_stderr 'folder.inrd: exists and was made with other options: recipe: size is 8 there and 9 here; '
same_bytes before folder.inrd
