# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-prep inr-sample inr-render
# Fakes at twice their resolution against originals: the same as enlarging and cropping by hand; what does not fit is reported.

value() { python3 -c "import json, sys; print(json.load(open('$CASE_FOLDER/.stdout')).get('$1'))"; }

python3 - <<'PYTHON'
import os, random
os.makedirs("originals")
random.seed(2)
for i in range(12):
    w, h = ((90, 70), (50, 50), (64, 80))[i % 3]
    data = bytes(random.randrange(256) for _ in range(w * h * 3))
    open("originals/%02d.ppm" % i, "wb").write(b"P6 %d %d 255\n" % (w, h) + data)
PYTHON
inr-sample -n 12 --seed 4 >a.inr || fail "inr-sample"
inr-prep originals -o 64.inrd --size 64 --quiet >/dev/null || fail "inr-prep"
inr-prep originals -o 32.inrd --size 32 --quiet >/dev/null || fail "inr-prep"
inr-prep originals -o box.inrd --size 64 --filter box --quiet >/dev/null || fail "inr-prep"

# The function itself, drawn more densely, is what inr-render superres draws.
mkdir dense
inr-render each a.inr --res 64 -o 'dense/%02d.png' || fail "inr-render"
expect_exit 0 inr-fid --real 64.inrd --fake dense --allow-few --json
want=$(value fid)
expect_exit 0 inr-fid --real 64.inrd --fake a.inr --upsampled inr --allow-few --json
expect_same "score of the dense function" "$(value fid)" "$want"
expect_same score "$(value score)" UpsampledFD-random
expect_same upsampled "$(value upsampled)" inr
expect_same upsampled_from "$(value upsampled_from)" 32
expect_same resolution "$(value resolution)" 64
expect_same real_filter "$(value real_filter)" lanczos
expect_same "source of a dataset" "$(value real_source)" "dataset 64.inrd"

# From the original files, cropped and resized as inr-prep does, through a pipe; how is reported.
expect_exit 0 bash -o pipefail -c 'cat a.inr | inr-fid --real originals --fake - --upsampled inr --allow-few --json'
expect_same "score against originals" "$(value fid)" "$want"
expect_same real_source_size "$(value real_source_size)" mixed
expect_same real_source_smallest "$(value real_source_smallest)" 50
expect_same real_enlarged "$(value real_enlarged)" 4
expect_stderr '4 of 12 real pictures are smaller than 64x64 and were enlarged'
expect_exit 0 inr-fid --real originals --fake "$SOURCE/libcore/data/default.safetensors" -n 12 --seed 4 --upsampled inr \
  --allow-few --json --quiet
expect_same "score of a checkpoint" "$(value fid)" "$want"
expect_quiet

# Filters work on the values before they are rounded: near the same from 8 bit, but not the same.
for filter in nearest bilinear bicubic; do
  expect_exit 0 inr-fid --real originals --fake a.inr --upsampled $filter --allow-few
  expect_stdout "^UpsampledFD-random .*resolution 64, fakes from 32 by $filter, reals from mixed by lanczos \(4 enlarged\);"
done
mkdir small
inr-render each a.inr --res 32 -o 'small/%02d.png' || fail "inr-render"
expect_exit 0 inr-fid --real originals --fake a.inr --upsampled bilinear --allow-few --json
floats=$(value fid)
expect_exit 0 inr-fid --real originals --fake small --upsampled bilinear --allow-few --json
python3 -c "import sys; sys.exit(not 0 < abs($(value fid) - $floats) < 0.02 * abs($floats))" ||
  fail "from 8 bit $(value fid), from values $floats"

# What does not fit.
refused() { expect_refusal "$1" "$2" inr-fid "${@:3}" --allow-few; } # STATUS PATTERN ARGUMENT...
refused 2 'nearest, bilinear, bicubic or inr' --real originals --fake a.inr --upsampled lanczos
refused 1 '32.inrd: holds pictures of 32x32; .*64x64; .*inr-prep --size 64' --real 32.inrd --fake a.inr --upsampled inr
refused 1 'small: holds pictures, which cannot be drawn more densely' --real originals --fake small --upsampled inr
refused 2 'upsampled compares two sides' --fake a.inr --save-stats s.npz --upsampled inr
expect_no_file s.npz

# Pictures that were not made alike, told before any work: sizes, and the filters that made them.
refused 1 'a.inr and 64.inrd: not the same resolution: 32x32 and 64x64; .*--allow-mixed' --real a.inr --fake 64.inrd
refused 1 '64.inrd and box.inrd: not the same filter .*: lanczos and box; .*--allow-mixed' --real 64.inrd --fake box.inrd
expect_exit 0 inr-fid --real 64.inrd --fake box.inrd --allow-few --allow-mixed
expect_stderr 'warning: .*lanczos and box'
