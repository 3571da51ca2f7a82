# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A record is the same bytes whatever -n, --threads and --batch; through a file, a pipe, -o.
expect_exit 0 inr-train --iterations 0 -o run --preset tiny32
export INR_CHECKPOINT=$PWD/run
inr-sample -n 20 --seed 3 --threads 1 >a.inr || fail "inr-sample"
inr-sample -n 20 --seed 3 --threads 2 --batch 3 >b.inr
inr-sample -n 20 --seed 3 --batch 50 -o c.inr
inr-sample -n 20 --seed 3 --checkpoint run/checkpoint-000000000.safetensors | cat >d.inr
same_bytes a.inr b.inr c.inr d.inr
inr-sample -n 20 --seed 4 >e.inr
cmp -s a.inr e.inr && fail "another seed gives the same samples"
inr-sample --seeds 3 >one.inr
inr-sample -n 1 --seed 3 >first.inr
same_bytes one.inr first.inr
expect_exit 0 inr-info a.inr
expect_stdout "20"
