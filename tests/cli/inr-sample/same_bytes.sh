# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A record is the same bytes whatever -n, --threads and --batch; through a file, a pipe, -o.
expect_exit 0 inr-train --iterations 0 -o run --preset tiny32
export INR_CHECKPOINT=$PWD/run
inr-sample -n 20 --seed 3 --threads 1 >a.inr || fail "inr-sample"
inr-sample -n 20 --seed 3 --threads 2 --batch 3 >b.inr
inr-sample -n 20 --seed 3 --batch 50 -o c.inr
INR_CHECKPOINT='' inr-sample -n 20 --seed 3 --checkpoint "$PWD/run" | cat >d.inr
same_bytes a.inr b.inr c.inr d.inr
# The head says by which name the model was called, and nothing else changes with it.
inr-sample -n 20 --seed 3 --checkpoint run/checkpoint-000000000.safetensors >named.inr
[[ $(($(stat -c %s named.inr) - $(stat -c %s a.inr))) -lt 100 ]] || fail "another name changes the size"
[[ $(stat -c %s a.inr) -gt 400000 ]] || fail "twenty records are small"
tail -c 400000 a.inr >records-a
tail -c 400000 named.inr >records-named
same_bytes records-a records-named
grep -qa 'checkpoint":"run/checkpoint-000000000.safetensors' named.inr || fail "the head does not name the checkpoint"
inr-sample -n 20 --seed 4 >e.inr
cmp -s a.inr e.inr && fail "another seed gives the same samples"
inr-sample --seeds 3 >one.inr
inr-sample -n 1 --seed 3 >first.inr
same_bytes one.inr first.inr
expect_exit 0 inr-info a.inr
expect_stdout "20"
