#!/bin/bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# The pictures of README.md here, made by the tools in PATH from the default model. run.sh FOLDER writes them there;
# film.webp is left out where there is no ffmpeg.
set -euo pipefail
out=${1:?a folder}
here=$(dirname -- "$(readlink -f -- "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
join() { python3 "$here/join.py" "$@"; }
inr-sample --seeds 36,5,21,63 >"$work/four.inr"

# Samples of consecutive numbers, not chosen, at two and a half times the training size.
inr-sample -n 30 --seed 5 | inr-render --columns 10 --res 80 -o "$out/grid.png"

# Superresolution: the last block alone gets denser, as the paper does it; all blocks.
for first in 1 0; do
  inr-render each --res 176 --upsample-from "$first" --format ppm "$work/four.inr"
done | join 4 >"$out/superres.png"

# The same functions against enlarged pictures of them.
inr-render superres --scale 4 --compare nearest,bilinear,bicubic,lanczos --labels --select 0,1 "$work/four.inr" \
  -o "$out/compare.png"

# Windows of one sample: beyond the frame, the frame, a half, an eighth.
for window in -0.3,-0.3,1.3,1.3 0,0,1,1 0.25,0.25,0.75,0.75 0.4375,0.4375,0.5625,0.5625; do
  inr-render zoom --select 1 --window="$window" --res 192 --format ppm "$work/four.inr"
done | join 4 >"$out/zoom.png"

# Three samples at 8, 16, 32 (the training size), 64 and 128 pixels.
for sample in 0 1 2; do
  for size in 8 16 32 64 128; do
    inr-render each --select "$sample" --res "$size" --format ppm "$work/four.inr"
  done
done | join 5 >"$out/sizes.png"

# A film that closes.
if command -v ffmpeg >/dev/null; then
  inr-interp --seeds 36,21,5,20 --frames 24 --loop --ease cosine | inr-render each --res 160 --format y4m |
    ffmpeg -v error -i - -c:v libwebp_anim -quality 70 -compression_level 6 -loop 0 -y "$out/film.webp"
fi
