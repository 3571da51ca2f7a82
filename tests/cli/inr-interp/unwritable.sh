# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# An output that cannot be written is reported before key points are waited for, or a checkpoint is read.
source "$SOURCE/tests/support/bad_outputs.sh"
echo "no stream" >keys.inr
mkdir run
expect_outputs_refused inr-interp .inr keys.inr -o @
expect_outputs_refused inr-interp .inr --seeds 1,2 --checkpoint run -o @
