# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For scripts that need a dataset: make_pictures FOLDER COUNT SIDE writes PPM files of coloured noise, the same on every run.
make_pictures() {
  python3 - "$@" <<'PYTHON' || fail "cannot make pictures"
import os, random, sys
folder, count, side = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
os.makedirs(folder, exist_ok=True)
for i in range(count):
    numbers = random.Random(i)
    width = side + i % 5
    with open(f"{folder}/{i:05d}.ppm", "wb") as file:
        file.write(b"P6\n%d %d\n255\n" % (width, side) + numbers.randbytes(3 * width * side))
PYTHON
}

# content_hash: of the result line of the last command.
content_hash() { grep -oE 'content hash [0-9a-f]{64}' "$CASE_FOLDER/.stdout" | cut -d' ' -f3; }
