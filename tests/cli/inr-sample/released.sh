# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-prep inr-train inr-render inr-interp inr-export inr-info inr-macs inr-fid
# Decoder released through every tool. (Its pictures: inr-render/goldens.sh.)
for name in pickled bilinear16-norm; do
  cp "$SOURCE/tests/golden/released/$name/imported.safetensors" $name.safetensors
done

expect_exit 0 inr-info pickled.safetensors
expect_stdout 'checkpoint, whole: 16x16 released, 3 blocks, nearest upsampling, fmm of rank 2'
expect_stdout '^  a pixel depends on: its own point$'
expect_exit 0 inr-info bilinear16-norm.safetensors
expect_stdout 'released, 5 blocks, bilinear upsampling, instance norm, fmm of rank 3'
expect_stdout '^  a pixel depends on: the whole image'
expect_exit 0 inr-macs pickled.safetensors --layers
expect_stdout '^inr\.2\.0\.e '

for name in pickled bilinear16-norm; do
  inr-sample -n 3 --seed 4 --truncation 0.8 --checkpoint $name.safetensors >$name.inr || fail "inr-sample"
  expect_exit 0 inr-info $name.inr
  expect_stdout ' 3 whole records'

  # Bands, threads and memory change no byte; a window is a cut-out; twice the size holds the picture.
  request=(each --res 70x45 --window 0.1,0.2,0.7,0.8 --format npy)
  inr-render "${request[@]}" $name.inr --threads 1 >a.npy || fail "inr-render"
  inr-render "${request[@]}" $name.inr --threads 2 --batch 2 --memory 1M >b.npy
  same_bytes a.npy b.npy
  (($(od -An -v -td4 -w4 -j128 <a.npy | sort -u | wc -l) > 1000)) || fail "$name: a flat picture"
  inr-render each --select 1 --res 128 --format ppm -o whole.ppm $name.inr
  inr-render each --select 1 --res 64x32 --window 0.25,0.5,0.75,0.75 --format ppm -o cut.ppm $name.inr
  python3 - <<'PYTHON' || fail "$name: a window is no cut-out"
whole, cut = (open(name, "rb").read() for name in ("whole.ppm", "cut.ppm"))
rows = [whole[-128 * 128 * 3:][((64 + y) * 128 + 32) * 3:][:64 * 3] for y in range(32)]
raise SystemExit(b"".join(rows) != cut[-64 * 32 * 3:])
PYTHON

  for space in z w params; do
    expect_exit 0 inr-interp --checkpoint $name.safetensors --seeds 1,2 --frames 2 --space $space -o film.inr
    for i in 0 1 2; do inr-render each film.inr --select $i --format npy -o $space-$i.npy || fail "a film"; done
  done
  same_bytes w-0.npy params-0.npy
  cmp -s z-0.npy z-1.npy && fail "$name: the film stands still"

  # An exported model draws the same; in half precision nearly, its frequencies kept.
  mkdir -p exported
  expect_exit 0 inr-export $name.safetensors -o exported/$name.safetensors
  (cd exported && inr-sample -n 3 --seed 4 --truncation 0.8 --checkpoint $name.safetensors >$name.inr) || fail "the export"
  same_bytes $name.inr exported/$name.inr
  expect_exit 0 inr-export $name.safetensors -o half.safetensors --half
  python3 - $name.safetensors half.safetensors <<'PYTHON' || fail "$name: frequencies in half precision"
import json, struct, sys
def basis(path):
    raw = open(path, "rb").read()
    n = struct.unpack("<Q", raw[:8])[0]
    head = json.loads(raw[8:8 + n])
    return {k: raw[8 + n:][slice(*v["data_offsets"])] for k, v in head.items() if k.endswith(".basis")}
raise SystemExit(not basis(sys.argv[1]) or basis(sys.argv[1]) != basis(sys.argv[2]))
PYTHON
done

# Interpolated blocks keep their grid.
expect_exit 2 inr-render --res 64 --upsample-from 0 bilinear16-norm.inr -o no.png
expect_one_line inr-render
expect_stderr 'only the last one, 4, can be made denser'
expect_exit 0 inr-render --res 64 --upsample-from 0 pickled.inr -o yes.png

# It is drawn, not trained.
source "$SOURCE/tests/support/prep_pictures.sh"
make_pictures pictures 8 32
expect_exit 0 inr-prep pictures -o data.inrd --size 16
expect_exit 2 inr-train data.inrd -o run --init pickled.safetensors
expect_one_line inr-train
expect_stderr 'decoder released is drawn, not trained'
expect_no_file run
expect_exit 0 inr-fid --real data.inrd --fake pickled.safetensors -n 8 --allow-few
