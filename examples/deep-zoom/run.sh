#!/usr/bin/env bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# run.sh [FOLDER [SIDE [SEED]]]: one sample of the default model as a Deep Zoom picture of SIDE x SIDE pixels, with the
# page that shows it.
set -euo pipefail
here=$(dirname -- "$(readlink -f -- "$0")")
folder=${1:-deep-zoom}
side=${2:-2048}
seed=${3:-5}

mkdir -p "$folder"
cp "$here/viewer.html" "$folder/"
inr-sample --seeds "$seed" | inr-render --res "$side" --format dz -o "$folder/picture.dzi"

# A page that is opened as a file may not read other files, but it may run a script beside it.
{
  printf 'window.deepZoomPicture = { name: "picture.dzi", xml: `'
  sed 's/[\\`$]/\\&/g' "$folder/picture.dzi"
  printf '` };\n'
} >"$folder/picture.js"
echo "$folder/viewer.html shows $(find "$folder/picture_files" -name '*.png' | wc -l) tiles"
