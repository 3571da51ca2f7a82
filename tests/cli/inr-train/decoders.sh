# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-prep inr-sample inr-render inr-export inr-interp inr-info inr-macs inr-fid
# Every decoder from end to end: trained, resumed, looked at, sampled, rendered, exported, interpolated, scored.
source "$SOURCE/tests/support/prep_pictures.sh"
make_pictures pictures 8 32
expect_exit 0 inr-prep pictures -o data.inrd --size 32

through_the_tools() {  # PRESET DECODER
  local run=$1 stream=$1.inr
  expect_exit 0 inr-train data.inrd -o "$run" --preset "$1" --set batch=4 --iterations 2 --threads 1
  expect_exit 0 inr-train data.inrd -o "$run" --resume --iterations 3 --threads 1
  expect_exit 0 inr-info "$run/checkpoint-000000003.safetensors"
  expect_stdout "checkpoint, whole: 32x32 $2"
  expect_stdout '^  can be resumed: true$'

  # The configuration that inr-info prints is the whole of it.
  inr-info --config "$run/checkpoint-000000003.safetensors" >"$run.json" || fail "$1: --config"
  expect_exit 0 inr-train --config "$run.json" -o "$run-again" --iterations 0
  inr-info --config "$run-again" >again.json || fail "$1: --config of the second run"
  diff <(grep -v '"iterations"' "$run.json") <(grep -v '"iterations"' again.json) || fail "$1: another configuration"
  expect_exit 0 inr-macs "$run/checkpoint-000000003.safetensors" --layers
  expect_stdout '^inr\.0\.0 '

  # An exported model draws the same functions. (Under one name, which the stream tells.)
  mkdir -p exported
  expect_exit 0 inr-export "$run" -o "exported/$run"
  inr-sample -n 3 --seed 4 --checkpoint "$run" >"$stream" || fail "$1: inr-sample"
  (cd exported && inr-sample -n 3 --seed 4 --checkpoint "$run" >"$stream") || fail "$1: inr-sample of the export"
  same_bytes "$stream" "exported/$stream"
  # An untrained picture is nearly flat: its numbers tell more than its bytes.
  local request=(each --res 70x45 --window 0.1,0.2,0.7,0.8 --format npy)
  inr-render "${request[@]}" "$stream" --threads 1 >a.npy || fail "$1: inr-render"
  inr-render "${request[@]}" "$stream" --threads 2 --batch 2 --memory 1M >b.npy
  same_bytes a.npy b.npy
  (($(od -An -v -td4 -w4 -j128 <a.npy | sort -u | wc -l) > 1000)) || fail "$1: a flat picture"
  for space in z w params; do
    expect_exit 0 inr-interp --checkpoint "$run" --seeds 1,2 --frames 2 --space $space -o film.inr
    expect_exit 0 inr-info film.inr
    expect_stdout ' 3 whole records'
    for i in 0 1 2; do inr-render each film.inr --select $i --format npy -o $space-$i.npy || fail "$1: a film"; done
  done
  # The ways agree at their ends and differ between them.
  for i in 0 2; do same_bytes z-$i.npy w-$i.npy params-$i.npy; done
  cmp -s z-0.npy z-1.npy && fail "$1: the film stands still"
  expect_exit 0 inr-fid --real data.inrd --fake "$run" -n 8 --allow-few
}

through_the_tools tiny32-latent 'latent$|latent,'
through_the_tools tiny32-hyper 'hyper$|hyper,'
through_the_tools tiny32-fourier 'fourier$|fourier,'
through_the_tools tiny32-fmm 'fmm of rank 10'
through_the_tools tiny32 'multiscale, 2 blocks, concat join, fmm of rank 10'
