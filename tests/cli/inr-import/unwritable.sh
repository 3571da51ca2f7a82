# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# An output that cannot be written is reported before the snapshot is read.
source "$SOURCE/tests/support/bad_outputs.sh"
echo "no snapshot" >network.pkl
expect_outputs_refused inr-import .safetensors network.pkl -o @
