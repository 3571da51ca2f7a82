# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Wrong use is told before anything is written.
expect_exit 2 inr-train
expect_one_line inr-train
expect_exit 2 inr-train --iterations 0 -o run
expect_one_line inr-train
expect_stderr "preset"
expect_exit 2 inr-train --iterations 0 -o run --preset tiny33
expect_stderr "tiny32"
expect_exit 2 inr-train --iterations 0 -o run --preset tiny32 --set training.lr_dd=1
expect_stderr "lr_d"
expect_exit 1 inr-train missing.inrd -o run
expect_one_line inr-train
expect_stderr "missing.inrd"
echo '{"model": {"resolutionn": 32}}' >bad.json
expect_exit 1 inr-train --iterations 0 -o run --config bad.json
expect_stderr "resolution"
expect_exit 0 inr-train --iterations 0 -o run --preset tiny32 --seed 4
expect_file run/checkpoint-000000000.safetensors
expect_exit 1 inr-train --iterations 0 -o run --preset tiny32
expect_stderr "resume"
