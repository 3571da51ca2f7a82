# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-prep
# Stored pictures: a folder with mixed sizes, a zip and a dataset of it give one score; grey pictures count as three channels.

python3 - <<'PYTHON'
import os, random, zipfile
os.makedirs("pictures/deep")
random.seed(1)
with zipfile.ZipFile("pictures.zip", "w") as z:
    for i in range(12):
        w, h = (16, 16) if i % 3 else (20, 9)
        name = "pictures/%s%02d.ppm" % ("deep/" if i % 2 else "", i)
        grey = i == 5
        data = b"P%d %d %d 255\n" % (5 if grey else 6, w, h) + bytes(random.randrange(256) for _ in range(w * h * (1 if grey else 3)))
        open(name, "wb").write(data)
        z.write(name)
PYTHON
value() { python3 -c "import json, sys; print(json.load(open('$CASE_FOLDER/.stdout')).get('$1'))"; }

expect_exit 0 inr-fid --real pictures --fake pictures.zip --allow-few --json
expect_same n_real "$(value n_real)" 12
expect_same n_fake "$(value n_fake)" 12
expect_same resolution "$(value resolution)" mixed
python3 -c "import sys; sys.exit(abs($(value fid)) > 1e-8)" || fail "a zip of the same pictures has distance $(value fid)"

inr-prep pictures -o pictures.inrd --size 16 --quiet || fail "inr-prep"
expect_exit 0 inr-fid --real pictures.inrd --fake pictures --allow-few --json
expect_same real_resolution "$(value real_resolution)" 16
expect_stderr 'the real pictures are 16x16, the fake ones mixed'

# The first damaged picture is named, and nothing is scored.
head -c 40 pictures/00.ppm >pictures/99.ppm
expect_exit 1 inr-fid --real pictures --fake pictures.zip --allow-few
expect_one_line inr-fid
expect_stderr '99\.ppm'
refuse_stdout .
