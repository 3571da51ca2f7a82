#!/bin/bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# bench.sh BIN_FOLDER: how fast the built tools are here, one line a measurement: what, items a second, seconds. Wall time of
# whole commands, start-up included, best of three; everything else on the machine should rest meanwhile. Then
# bench_render and bench_train. PEER=COMMAND is timed beside the renderer; FIG9=FILE.svg takes the plot.
set -euo pipefail
bin=$(realpath "$1")
export PATH="$bin:$PATH"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
font=/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf

# measure WHAT N UNIT COMMAND...: N units of work in one run of the command.
measure() {
  local what=$1 n=$2 unit=$3 best_ms='' begin ms
  shift 3
  for _ in 1 2 3; do
    begin=$(date +%s%N)
    "$@" >/dev/null 2>err || { cat err >&2; return 1; }
    ms=$((($(date +%s%N) - begin) / 1000000))
    [[ -n $best_ms ]] && ((ms >= best_ms)) || best_ms=$ms
  done
  ((best_ms > 0)) || best_ms=1
  awk -v what="$what" -v n="$n" -v unit="$unit" -v ms="$best_ms" \
    'BEGIN { printf "%-44s %12.1f %-14s %8.3f s\n", what, n / ms * 1000, unit "/s", ms / 1000 }'
}

grep -m 1 'model name' /proc/cpuinfo | sed 's/.*: //'
echo "$(nproc) cores"
for tool in "$bin"/inr-*; do measure "start of $(basename "$tool")" 1 start "$tool" --version; done

prepare() {
  rm -rf data.inrd
  inr-prep "$font" -o data.inrd --preset emoji32 --limit 1000 --quiet
}
[[ -e $font ]] && measure 'prep: 136x128 PNG to 32x32' 1000 pictures prepare

measure 'macs: all presets' 1 run inr-macs
if [[ -x $bin/inr-train && -x $bin/inr-render ]]; then
  inr-train --iterations 0 --preset tiny32 -o run --quiet
  export INR_CHECKPOINT=$PWD/run
  measure 'sample: tiny32' 2000 records inr-sample -n 2000
  inr-sample -n 16 -o sixteen.inr
  inr-sample -n 500 -o many.inr
  for threads in 1 "$(nproc)"; do
    measure "render: tiny32, 16 x 512x512, $threads threads" 4.194304 megapixels \
      inr-render sixteen.inr --res 512 --threads "$threads"
  done
  measure 'render: tiny32, 500 x 32x32, npy' 500 records inr-render each many.inr --res 32 --format npy
  if [[ -e data.inrd ]]; then
    train() {
      rm -rf trained
      inr-train data.inrd -o trained --preset tiny32 --iterations 30 --sample-every 0 --quiet
    }
    measure 'train: tiny32, 30 steps with start and end' 30 steps train
    measure 'fid: built-in network, 1000 and 500' 1500 images inr-fid --real data.inrd --fake many.inr --allow-few
  fi
fi
# Writing large pictures, without drawing them.
[[ ! -x $bin/bench_pictures ]] || "$bin/bench_pictures"
# Rendering: medians and ratios of one run. PEER: a command to compare with (see bench_render.cpp, peer_pytorch.py).
if [[ -x $bin/bench_render ]]; then
  for preset in lsun128-released lsun256-released ffhq1024-released; do "$bin/bench_render" "$preset" ${PEER:+"$PEER"}; done
  for preset in inr-gan inr-gan-churches inr-gan-bil; do "$bin/bench_render" "$preset"; done  # shapes of the public models
  "$bin/bench_render" --fig9 ffhq1024 "${FIG9:-fig9.svg}"
fi
if [[ -x $bin/bench_train ]]; then
  # SIDE PRESET BATCH ITERATIONS: pictures of that size where the font is there, noise where not.
  bench_train() {
    local dataset=()
    if [[ -e $font ]]; then
      inr-prep "$font" -o "data$1.inrd" --size "$1" --limit 200 --quiet >/dev/null
      dataset=("data$1.inrd")
    fi
    "$bin/bench_train" "${@:2}" "${dataset[@]}"
  }
  bench_train 64 tiny64 16 20
  bench_train 128 lsun128-released 4 2
fi
# Scores. NETWORK: a network file as inr-fid takes it; peer_scipy.py is the peer of the Frechet step.
[[ ! -x $bin/bench_fid ]] || "$bin/bench_fid" "${NETWORK:-}"
