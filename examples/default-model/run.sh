#!/bin/bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# Trains the model that comes with the toolkit. run.sh FOLDER; interrupted, run it again.
set -euo pipefail
mkdir -p "${1:?a folder}" && cd "$1"
inr-prep /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf -o emoji32.inrd --preset emoji32
inr-train emoji32.inrd -o default --preset tiny32 --iterations 19000 --threads 1 --resume \
  --checkpoint-every 1000 --sample-every 1000 --score-every 2000 --keep 3
inr-export default/checkpoint-000019000.safetensors -o default.safetensors --half
