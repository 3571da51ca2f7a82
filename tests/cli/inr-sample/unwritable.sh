# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# An output that cannot be written is reported before the checkpoint is read.
source "$SOURCE/tests/support/bad_outputs.sh"
mkdir run
expect_outputs_refused inr-sample .inr --checkpoint run -o @
