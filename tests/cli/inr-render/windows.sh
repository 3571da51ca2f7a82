# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
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

# Far away float32 leaves noise, which is reported once.
expect_exit 0 inr-render s.inr --res 8 --window 3999,0,4000,1 -o far.png
expect_quiet
expect_exit 0 inr-render zoom s.inr --res 8 --to=0,-5000,1,-4999 --frames 3 -o far.y4m
expect_one_line inr-render
expect_stderr 'warning: .* beyond 4000 of its sides'

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

# The same pixels through any other window: within 2e-5, and one level in 8 bit. Odd sizes, pixels that are not square,
# beyond the image, the far plane, far inside; the trained model of the toolkit, whose functions have sharp edges.
INR_CHECKPOINT='' inr-sample --seeds 5 >trained.inr || fail "the installed model"
cat >windows.py <<'PYTHON'
import struct, subprocess, sys
def render(kernel, window, w, h, *format):
    command = ["inr-render", "each", "trained.inr", "--res", f"{w}x{h}", "--kernel", kernel, "--format", *format]
    return subprocess.run([*command, "--window", ",".join(map(repr, window))], capture_output=True, check=True).stdout
def values(*args):
    data = render(*args, "npy")[128:]
    return struct.unpack("<%df" % (len(data) // 4), data)
def check(kernel, w, h, x0, y0, x1, y1, left, top, width, height):
    at = lambda i, j: (x0 + (x1 - x0) * i / w, y0 + (y1 - y0) * j / h)
    part = (*at(left, top), *at(left + width, top + height))
    whole, cut = values(kernel, (x0, y0, x1, y1), w, h), values(kernel, part, width, height)
    assert len(whole) == 3 * w * h and len(cut) == 3 * width * height
    pairs = [(cut[(c * height + y) * width + x], whole[(c * h + y + top) * w + x + left])
             for c in range(3) for y in range(height) for x in range(width)]
    worst = max(abs(a - b) for a, b in pairs)
    assert worst <= 2e-5, (kernel, part, worst)
    assert len(set(cut)) > 1 or width * height == 1, (kernel, part)
    levels = render(kernel, part, width, height, "ppm")[-3 * width * height:]
    big = render(kernel, (x0, y0, x1, y1), w, h, "ppm")[-3 * w * h:]
    for y in range(height):
        row = big[3 * ((y + top) * w + left):][:3 * width]
        assert max(abs(a - b) for a, b in zip(levels[3 * y * width:], row)) <= 1, (kernel, part, y)
for kernel in "fast", "reference":
    check(kernel, 129, 67, 0, 0, 1, 1, 25, 15, 51, 39)
    check(kernel, 97, 41, -0.3, -0.3, 1.3, 1.3, 60, 11, 31, 29)
    check(kernel, 33, 63, 3, -5, 4, -3, 5, 7, 21, 13)
    check(kernel, 50, 50, -20, -20, 20, 20, 13, 9, 17, 31)
    check(kernel, 64, 48, 1000, -2000, 1001, -1999, 8, 8, 16, 31)
    check(kernel, 64, 48, 0.44462105605076063, 0.93558, 0.44462205605076063, 0.935581, 7, 5, 23, 31)
    check(kernel, 19, 7, 0.25, 0.5, 0.75, 0.5625, 18, 6, 1, 1)
PYTHON
python3 windows.py || fail "windows disagree"

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
