# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# shellcheck disable=SC2002  # cat is the point
# needs: inr-sample inr-train
# A request is one picture: through a pipe, a file, -o, any number of threads, any batch, any bound on memory.
expect_exit 0 inr-train --iterations 0 -o run --preset tiny32
export INR_CHECKPOINT=$PWD/run
inr-sample -n 7 >all.inr || fail "inr-sample"
inr-sample -n 3 >begin.inr
inr-sample --seeds 5 >other.inr
cat begin.inr other.inr >joined.inr

# The pipe that its author types: a 4 x 4 grid of cells of the size asked for.
expect_exit 0 bash -o pipefail -c 'inr-sample -n 16 | inr-render --res 48 > grid.png'
expect_quiet
expect_exit 0 inr-info grid.png
expect_stdout 'PNG picture, whole: 192x192'

check() { # NAME OPTION...
  local name=$1
  shift
  inr-render "$@" all.inr >want || fail "$name: from a file"
  expect_file want
  cat all.inr | inr-render "$@" - --threads 1 --batch 1 | cat >got.1 || fail "$name: from a pipe into a pipe"
  inr-render "$@" all.inr -o got.2.picture --threads 2 --memory 300K || fail "$name: -o"
  inr-render "$@" <all.inr --threads 3 --batch 5 --memory 1 >got.3 || fail "$name: a byte of memory"
  same_bytes want got.1 got.2.picture got.3
}
check grid --res 70x50
check deep superres --scale 2 --upsample-from 0 --format png16 --columns 3
check selected --res 40 --format jpg --select 5,1,1-3
check pictures each --res 41 --format ppm
check numbers each --res 20 --format npy
check compared superres --scale 2 --compare nearest,bicubic --labels --select 1,6,2
check zoom zoom --res 36x28 --to 0.4,0.4,0.5,0.5 --frames 9

# Streams in a row, in one input or in several.
inr-render begin.inr other.inr --res 16 >a.png || fail "two streams"
inr-render joined.inr --res 16 >b.png || fail "cat"
inr-render <joined.inr --res 16 --memory 1 >c.png || fail "cat, little memory"
cat other.inr | inr-render begin.inr - --res 16 >d.png || fail "a file and stdin"
same_bytes a.png b.png c.png d.png
inr-info a.png >told
grep -q 32x32 told || fail "four cells of 16 are not 32 x 32"
