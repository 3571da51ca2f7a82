# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# needs: inr-sample inr-interp
# Samples are computed on the processor; a GPU is refused in one line that says what to do.
expect_exit 0 inr-sample -n 3 --seed 5 -o auto.inr
expect_exit 0 inr-sample -n 3 --seed 5 --device cpu -o cpu.inr
same_bytes auto.inr cpu.inr

expect_exit 2 inr-sample --device gpu -o none.inr
expect_exit 2 inr-sample --device cuda:x -o none.inr
for device in cuda cuda:1; do
  expect_refusal 2 "^inr-sample: --device $device: .*comes with the CUDA plug-in.*leave --device out" \
    inr-sample -n 3 --device $device -o none.inr
done
expect_refusal 2 '--device cuda: this tool computes on the processor only; use --device cpu' \
  inr-interp --device cuda --seeds 1,2 -o none.inr
expect_no_file none.inr
