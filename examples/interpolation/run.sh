#!/bin/bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# run.sh PICTURE: the spaces of inr-interp one below the other, through the same three samples. Streams that follow one
# another are read as one, and every row has one of them: 2 legs of 4 frames and the last key point.
set -euo pipefail
picture=${1:?a picture to write}
way() { inr-interp --seeds 5,17,21 --frames 4 "$@"; }
{
  way --space z
  way --space z --path line
  way --space w
  way --space params
} | inr-render --columns 9 --res 72 --labels -o "$picture"
