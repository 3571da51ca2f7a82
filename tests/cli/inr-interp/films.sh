# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-sample inr-train
# Key points appear in the film as they are sampled; counts; spaces; streams; the same bytes for all batches and threads.
expect_exit 0 inr-train --iterations 0 -o run --preset tiny32
export INR_CHECKPOINT=$PWD/run
records() { inr-info --json "$1" | python3 -c 'import json,sys; text=sys.stdin.read(); print(text)' | grep -oE '"records": ?[0-9]+' | head -1 | grep -oE '[0-9]+'; }
expect_exit 0 inr-interp --seeds 1,2,3 --frames 4 -o open.inr
expect_exit 0 inr-interp --seeds 1,2,3 --frames 4 --loop -o loop.inr
expect_same "frames of an open film" "$(records open.inr)" 9
expect_same "frames of a loop" "$(records loop.inr)" 12
inr-interp --seeds 1,2,3 --frames 4 --threads 1 --batch 2 >again.inr
same_bytes open.inr again.inr
for space in z w params; do expect_exit 0 inr-interp --seeds 1,2 --frames 3 --space $space --ease cosine -o $space.inr; done
cmp -s z.inr params.inr && fail "z and params give the same film"
inr-sample --seeds 1,2 | inr-interp --frames 3 --ease cosine >stream.inr || fail "a stream on stdin"
expect_same "frames of a stream's film" "$(records stream.inr)" 4
expect_exit 2 inr-interp --seeds 1 -o x.inr
expect_exit 2 bash -o pipefail -c 'inr-sample -n 1 | inr-interp -o x.inr'
expect_exit 2 bash -o pipefail -c 'inr-sample -n 2 | inr-interp --space z -o x.inr'
expect_exit 1 inr-interp -o x.inr <run/checkpoint-000000000.safetensors
expect_one_line inr-interp
expect_no_file x.inr
