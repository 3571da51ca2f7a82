#!/bin/bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# The whole way once, on real pictures: prepare, train, sample, render, score. `make demo` runs it; QUICK=1 trains for half a
# minute only. Everything lands in demo/ (or $DEMO). Run again after an interruption, it goes on where it was.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export PATH="${BIN:-$PWD/build/bin}:$PATH"
font=${FONT:-/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf}
if [[ ${QUICK:-} == 1 ]]; then
  folder=${DEMO:-demo/quick} iterations=400 samples=600
else
  folder=${DEMO:-demo} iterations=3600 samples=2000
fi
mkdir -p "$folder"
begin=$SECONDS
step() { echo "--- $*" >&2; }

[[ -r $font ]] || { echo "no font at $font: apt-get install fonts-noto-color-emoji, or give FONT=" >&2; exit 1; }

step "1. prepare: the colour emoji of $(basename "$font") at 32 x 32, over white"
inr-prep "$font" -o "$folder/emoji32.inrd" --preset emoji32

step "2. train: preset tiny32, $iterations steps of 16 pictures (Ctrl-C saves; run again to go on)"
inr-train "$folder/emoji32.inrd" -o "$folder/run" --preset tiny32 --iterations "$iterations" --resume \
  --checkpoint-every 400 --sample-every 400 >/dev/null

step "3. sample and render: a grid at 8 times the training size"
inr-sample -n 36 --checkpoint "$folder/run" | inr-render --res 256 -o "$folder/grid.png"

step "4. zoom: from the whole image into one eighth of it"
inr-sample -n 1 --checkpoint "$folder/run" |
  inr-render zoom --window 0,0,1,1 --to 0.4,0.3,0.525,0.425 --frames 48 --res 256 --format y4m -o "$folder/zoom.y4m"
inr-sample -n 1 --checkpoint "$folder/run" | inr-render zoom --window 0.25,0.25,0.75,0.75 --res 512 -o "$folder/zoom.png"

step "5. interpolate: a film through four samples"
inr-interp --seeds 1,2,3,4 --frames 24 --loop --checkpoint "$folder/run" |
  inr-render each --res 256 --format y4m -o "$folder/film.y4m"

step "6. score: $samples samples against the pictures (built-in network; not comparable with published scores)"
inr-fid --real "$folder/emoji32.inrd" --fake "$folder/run" -n "$samples" | tee "$folder/score.txt"

cat <<END

Done in $((SECONDS - begin)) s. Look at:
  $folder/grid.png            36 samples, each drawn at 256 x 256
  $folder/zoom.png            the middle of one of them
  $folder/zoom.y4m            a zoom film (mpv, ffplay, or: ffmpeg -i $folder/zoom.y4m zoom.mp4)
  $folder/film.y4m            an interpolation film
  $folder/run/samples/        how training went
Type next:
  export PATH="${BIN:-$PWD/build/bin}:\$PATH"
  inr-sample -n 16 | inr-render --res 512 > grid.png          # the model that comes with the toolkit
  inr-train $folder/emoji32.inrd -o $folder/run --resume --iterations 12000
  inr-info $folder/run
END
