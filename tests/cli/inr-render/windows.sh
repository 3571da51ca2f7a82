# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-sample inr-train
# Windows, sizes and films.
expect_exit 0 inr-train --iterations 0 -o run --preset tiny32
export INR_CHECKPOINT=$PWD/run
inr-sample -n 1 >s.inr || fail "inr-sample"
shows() { # SIZE OPTION...
  local size=$1
  shift
  expect_exit 0 inr-render "$@" s.inr -o picture.png
  expect_exit 0 inr-info picture.png
  expect_stdout "whole: $size,"
}
shows 32x32
shows 51x51 zoom --window=-0.3,-0.3,1.3,1.3
shows 8x20 zoom --window 0.5,0.25,0.75,0.875
shows 256x256 superres --scale 8
shows 128x128 superres
shows 77x5 --res 77x5
shows 16x16 --scale 0.5
shows 64x40 --res 64x40 --cells training --window=-1,-1,2,2

# A window that lies between pixels is the cut of the whole picture: one level at most.
inr-render s.inr --res 128 --format ppm >whole.ppm || fail "whole"
inr-render s.inr --res 64x32 --window 0.25,0.5,0.75,0.75 --format ppm >part.ppm || fail "part"
python3 - <<'PYTHON' || fail "the window differs from the cut"
whole, part = open("whole.ppm", "rb").read()[15:], open("part.ppm", "rb").read()[13:]
assert len(whole) == 128 * 128 * 3 and len(part) == 64 * 32 * 3
cut = b"".join(whole[(y * 128 + 32) * 3:(y * 128 + 96) * 3] for y in range(64, 96))
assert max(abs(a - b) for a, b in zip(cut, part)) <= 1
assert len(set(part)) > 3
PYTHON

# The first and last frame of a film are the stills of its windows.
# shellcheck disable=SC2054  # commas inside values
film=(zoom s.inr --res 40x30 --to 0.25,0.25,0.5,0.5 --frames 6)
expect_exit 0 inr-render "${film[@]}" -o 'f/%02d.ppm'
expect_same "frames" "$(find f -type f | wc -l)" 6
inr-render zoom s.inr --res 40x30 --format ppm >first.ppm
inr-render zoom s.inr --res 40x30 --window 0.25,0.25,0.5,0.5 --format ppm >last.ppm
same_bytes first.ppm f/00.ppm
same_bytes last.ppm f/05.ppm
cmp -s f/02.ppm f/03.ppm && fail "frames do not differ"
true
