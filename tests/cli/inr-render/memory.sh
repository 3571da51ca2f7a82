# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-sample inr-train
# Memory does not grow with the number of records, nor with the height of a picture.
expect_exit 0 inr-train --iterations 0 -o run --preset tiny32
export INR_CHECKPOINT=$PWD/run
numbers() { echo "inr-sample -n $1 | inr-render each --format npy"; }
peak() { # the larger of the two programs is inr-render, which holds several pictures
  peak_kb bash -o pipefail -c "$1"
}
few=$(peak "$(numbers 200)") || exit 1
many=$(peak "$(numbers 20000)") || exit 1
echo "each --format npy: $few KiB for 200 records, $many KiB for 20000"
((many * 10 <= few * 11)) || fail "memory grows with the records: $few KiB for 200, $many KiB for 20000"

# One picture that does not fit, by one thread too.
inr-sample -n 1 >s.inr
few=$(peak "inr-render each s.inr --res 64 --format npy --memory 32M --threads 1") || exit 1
many=$(peak "inr-render each s.inr --res 3000 --format npy --memory 32M --threads 1") || exit 1
echo "each --format npy: $few KiB for 64 x 64, $many KiB for 3000 x 3000"
((many <= few + 49152)) || fail "a picture of 103 MiB is held whole: $few KiB, then $many KiB"

# A grid of many: parameters beyond the bound wait in a file.
few=$(peak "inr-sample -n 200 | inr-render --memory 32M") || exit 1
many=$(peak "inr-sample -n 4000 | inr-render --memory 32M") || exit 1
echo "grid: $few KiB for 200 records, $many KiB for 4000"
((many <= few + 65536)) || fail "memory of a grid grows: $few KiB for 200, $many KiB for 4000"

few=$(peak "inr-render s.inr --res 256x256 --memory 64M") || exit 1
many=$(peak "inr-render s.inr --res 2048x4096 --memory 64M") || exit 1
echo "one picture: $few KiB for 256 x 256, $many KiB for 2048 x 4096"
((many <= few + 65536)) || fail "memory grows with the picture: $few KiB, then $many KiB"

# Tiles: those of one row, however many rows there are.
few=$(peak "inr-render s.inr --res 2000x600 --memory 64M -o p.dzi") || exit 1
many=$(peak "inr-render s.inr --res 2000x6000 --memory 64M -o p.dzi") || exit 1
echo "Deep Zoom: $few KiB for 2000 x 600, $many KiB for 2000 x 6000"
((many <= few + 16384)) || fail "memory of tiles grows with the height: $few KiB, then $many KiB"
