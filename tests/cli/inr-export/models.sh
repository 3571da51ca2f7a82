# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-sample inr-train
# An exported model samples the same functions; it is small; half precision is about half of it.
expect_exit 0 inr-train --iterations 0 -o run --preset tiny32
expect_exit 0 inr-export run -o model.safetensors
expect_exit 0 inr-export run/checkpoint-000000000.safetensors -o half.safetensors --half
# Under one name, which the stream tells.
mkdir exported
cp model.safetensors exported/run
inr-sample -n 5 --checkpoint run >a.inr
(cd exported && inr-sample -n 5 --checkpoint run >../b.inr)
same_bytes a.inr b.inr
size() { stat -c %s "$1"; }
(($(size model.safetensors) * 3 < $(size run/checkpoint-000000000.safetensors))) || fail "the model is not small"
(($(size half.safetensors) * 19 < $(size model.safetensors) * 10)) || fail "half precision is not about half"
expect_exit 0 inr-info model.safetensors half.safetensors
expect_exit 2 inr-export run
expect_exit 1 inr-export missing -o x.safetensors
expect_one_line inr-export
expect_exit 1 inr-export run -o /no/such/folder/x.safetensors
