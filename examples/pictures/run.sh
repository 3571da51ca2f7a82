#!/bin/bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# The README's pictures, made by the tools from the default model. run.sh FOLDER writes them there.
set -euo pipefail
out=${1:?a folder}
sample() { inr-sample --seed 5 "$@"; }

# 36 samples at four times the training size.
inr-sample -n 36 --seed 5 | inr-render --columns 12 --res 96 -o "$out/grid.png"

# Superresolution: the paper's way (the last block alone gets denser), and all blocks.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sample -n 4 >"$work/four.inr"
{
  inr-render each --res 256 --upsample-from 1 --format ppm "$work/four.inr"
  inr-render each --res 256 --upsample-from 0 --format ppm "$work/four.inr"
} >"$work/rows.ppm"
python3 - "$work/rows.ppm" "$work/superres.ppm" <<'PYTHON'
# Eight pictures of one size, one after another, into a grid of 4 x 2.
import sys
data, cells, at = open(sys.argv[1], "rb").read(), [], 0
while at < len(data):
    head, at = [], at
    while len(head) < 4:
        end = at
        while not data[end:end + 1].isspace():
            end += 1
        head.append(data[at:end])
        at = end + 1
    w, h = int(head[1]), int(head[2])
    cells.append(data[at:at + 3 * w * h])
    at += 3 * w * h
with open(sys.argv[2], "wb") as f:
    f.write(b"P6 %d %d 255\n" % (4 * w, 2 * h))
    for row in range(2):
        for y in range(h):
            for column in range(4):
                f.write(cells[4 * row + column][3 * w * y:3 * w * (y + 1)])
PYTHON
inr-prep "$work/superres.ppm" -o "$work/superres.inrd" --crop none --quiet >/dev/null
inr-prep "$work/superres.inrd" --export "$work/export" --quiet >/dev/null
mv "$work"/export/*.png "$out/superres.png"

# Windows of one sample: beyond the frame, the frame, a half, an eighth.
i=0
for window in -0.3,-0.3,1.3,1.3 0,0,1,1 0.25,0.25,0.75,0.75 0.4375,0.4375,0.5625,0.5625; do
  sample -n 1 | inr-render each --res 256 --window="$window" --format ppm -o "$work/window-$i-%d.ppm"
  i=$((i + 1))
done
python3 - "$work" "$work/zoom.ppm" <<'PYTHON'
import glob, sys
cells = []
for path in sorted(glob.glob(sys.argv[1] + "/window-*.ppm")):
    data = open(path, "rb").read()
    cells.append(data[-3 * 256 * 256:])
with open(sys.argv[2], "wb") as f:
    f.write(b"P6 %d 256 255\n" % (256 * len(cells)))
    for y in range(256):
        for cell in cells:
            f.write(cell[768 * y:768 * (y + 1)])
PYTHON
inr-prep "$work/zoom.ppm" -o "$work/zoom.inrd" --crop none --quiet >/dev/null
inr-prep "$work/zoom.inrd" --export "$work/zoom" --quiet >/dev/null
mv "$work"/zoom/*.png "$out/zoom.png"
