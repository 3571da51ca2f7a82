#!/usr/bin/env bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# Four INRs of the default model, read by Python in all three ways their numbers can travel; then a stream that was cut.
set -euo pipefail
reader=$(dirname -- "$(readlink -f -- "$0")")/read_stream.py

echo 'float32:'
inr-sample -n 4 --seed 7 | python3 "$reader"
echo 'float16, half the bytes:'
inr-sample -n 4 --seed 7 --half | python3 "$reader"
echo 'two streams in a row:'
cat <(inr-sample -n 2 --seed 1) <(inr-sample -n 1 --seed 2) | python3 "$reader"
echo 'cut short on the way:'
if (inr-sample -n 16 --seed 7 || true) | head -c 100000 | python3 "$reader"; then
  echo 'the cut was not noticed' >&2
  exit 1
fi
