# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# examples/read-stream/run.sh as its README tells it.
# needs: inr-sample
[[ -s $BIN/../share/inr/default.safetensors ]] || skip "no default model"
expect_exit 0 "$SOURCE/examples/read-stream/run.sh"
# 4, 4 and 3 records, and those before the cut.
n_read=$(grep -c ' parameters, mean ' "$CASE_FOLDER/.stdout")
((n_read >= 11 && n_read < 27)) || fail "$n_read records were read"
expect_stderr 'read_stream.py: the stream is cut short'
