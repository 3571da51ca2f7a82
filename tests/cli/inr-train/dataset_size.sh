# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-prep
# A dataset of another size is refused with the way out.
mkdir pictures
for i in 1 2 3; do { printf 'P6 32 32 255\n'; head -c 3072 /dev/zero; } >pictures/$i.ppm; done
expect_exit 0 inr-prep pictures -o data.inrd --size 16
expect_exit 1 inr-train data.inrd -o run --preset tiny32 --iterations 2
expect_one_line inr-train
expect_stderr "16 x 16.*--size 32"
expect_exit 2 inr-train data.inrd -o other --iterations 2
expect_stderr "preset"
