# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-sample inr-train inr-interp
# Labels under cells, and filters beside the function: where everything stands, what a selection shows.
expect_exit 0 inr-train --iterations 0 -o run --preset tiny32
export INR_CHECKPOINT=$PWD/run
inr-sample --seeds 3,1,4,15,9 >s.inr || fail "inr-sample"
cat >parts.py <<'PYTHON'
import subprocess
def ppm(*command):
    data = subprocess.run(["inr-render", *command, "--format", "ppm"], capture_output=True, check=True).stdout
    magic, size, depth, pixels = data.split(b"\n", 3)
    w, h = map(int, size.split())
    assert (magic, depth, len(pixels)) == (b"P6", b"255", 3 * w * h)
    return w, h, pixels
def cut(picture, x, y, w, h):
    return b"".join(picture[2][3 * ((y + j) * picture[0] + x):][:3 * w] for j in range(h))
PYTHON
python3 - <<'PYTHON' || fail "labels"
from parts import *
labelled = ppm("s.inr", "--labels", "--res", "64x40", "--columns", "3")
assert labelled[:2] == (192, 2 * (40 + 11)), labelled[:2]
strips = []
for i in range(6):
    x, y = i % 3 * 64, i // 3 * 51
    white = b"\xff" * (3 * 64 * 40)
    cell = ppm("s.inr", "--select", str(i), "--res", "64x40")[2] if i < 5 else white
    assert cut(labelled, x, y, 64, 40) == cell, i
    strips.append(cut(labelled, x, y + 40, 64, 11))
    assert set(strips[-1]) <= {0, 255} and (i == 5) == (0 not in strips[-1]), i
assert len(set(strips)) == 6, "two seeds have one label"
# A selection, in its order, keeps the labels; one record twice has one twice.
chosen = ppm("s.inr", "--labels", "--res", "64x40", "--select", "4,0,4", "--columns", "3")
assert [cut(chosen, 64 * i, 40, 64, 11) for i in range(3)] == [strips[4], strips[0], strips[4]]
# 16 bit: the same ink.
subprocess.run(["inr-render", "s.inr", "--labels", "--format", "png16", "-o", "deep.png"], check=True)
import struct, zlib
def paeth(a, b, c):
    return min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
data, at, packed = open("deep.png", "rb").read(), 8, b""
while at < len(data):
    n = struct.unpack(">I", data[at:at + 4])[0]
    packed += data[at + 8:at + 8 + n] if data[at + 4:at + 8] == b"IDAT" else b""
    at += n + 12
raw, row_bytes, rows = zlib.decompress(packed), 6 * 96, []
above = bytes(row_bytes)
for y in range(86):
    kind, row = raw[(row_bytes + 1) * y], bytearray(raw[(row_bytes + 1) * y + 1:(row_bytes + 1) * (y + 1)])
    for i in range(row_bytes):
        a, b, c = row[i - 6] if i >= 6 else 0, above[i], above[i - 6] if i >= 6 else 0
        row[i] = (row[i] + (0, a, b, (a + b) // 2, paeth(a, b, c))[kind]) & 255
    above = bytes(row)
    rows.append(struct.unpack(">288H", above))
shallow = ppm("s.inr", "--labels", "--columns", "3")
for y in [*range(32, 43), *range(75, 86)]:
    ink = shallow[2][288 * y:288 * (y + 1)]
    assert rows[y] == tuple(65535 * (v > 0) for v in ink), y
    assert set(ink) <= {0, 255}
assert any(0 in rows[y] for y in range(32, 43))
PYTHON
expect_exit 0 inr-render s.inr --labels --res 8 -o narrow.png # "15" takes 11 pixels
expect_one_line inr-render
expect_stderr 'labels wider than the cells of 8 pixels are left out'
expect_exit 0 inr-render s.inr --labels --res 11 -o narrow.png
expect_quiet
expect_exit 0 inr-info --check deep.png
expect_stdout 'whole: 96x86'

# Records of interpolations, of latents and of nobody.
inr-interp --seeds 3,9 --frames 4 | inr-render --labels --res 100 --columns 5 -o film.png || fail "a film with labels"
expect_exit 0 inr-info film.png
expect_stdout 'whole: 500x111'

python3 - <<'PYTHON' || fail "--compare"
from parts import *
compared = ppm("superres", "s.inr", "--scale", "3", "--select", "1,2", "--labels", "--compare", "nearest,bicubic")
assert compared[:2] == (3 * 96, 11 + 2 * (96 + 11)), compared[:2]
title = cut(compared, 0, 0, 288, 11)
assert set(title) == {0, 255}
for row, record in enumerate("12"):
    y = 11 + 107 * row
    small = ppm("s.inr", "--select", record)
    nearest = b"".join(small[2][3 * (j // 3 * 32 + i // 3):][:3] for j in range(96) for i in range(96))
    assert cut(compared, 0, y, 96, 96) == nearest, "nearest repeats pixels"
    assert cut(compared, 192, y, 96, 96) == ppm("superres", "s.inr", "--scale", "3", "--select", record)[2]
    bicubic = cut(compared, 96, y, 96, 96)
    assert bicubic != nearest and len(set(bicubic)) > 3
    assert 0 in cut(compared, 0, y + 96, 96, 11), "the record's label"
    assert set(cut(compared, 96, y + 96, 192, 11)) == {255}, "under its first cell alone"
# Another window than the image, a size that is no multiple.
assert ppm("superres", "s.inr", "--window=-0.5,0,1.5,1", "--res", "101x47", "--compare", "lanczos")[:2] == (202, 11 + 5 * 47)
PYTHON

# Memory holds a row of cells, whatever the number of records and the size of a cell.
inr-sample -n 40 >many.inr
few=$(peak_kb inr-render superres s.inr --scale 16 --compare nearest,lanczos --memory 32M --select 0) || exit 1
many=$(peak_kb inr-render superres many.inr --scale 16 --compare nearest,lanczos --memory 32M) || exit 1
large=$(peak_kb inr-render superres s.inr --res 4096x2048 --cells training --compare nearest,lanczos --memory 32M --select 0) || exit 1
echo "--compare: $few KiB for one record, $many KiB for 40, $large KiB for cells of 8 megapixels"
((many <= few + 32768 && large <= few + 65536)) || fail "memory grows: $few, $many, $large KiB"
