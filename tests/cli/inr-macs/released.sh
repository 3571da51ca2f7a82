# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The counts of the public checkpoints, as the page tells them: 14.95 and 9.92 GMAC; of it layers 14.85 and 9.83, of
# which the Fourier columns are 0.32 executed.
expect_exit 0 inr-macs inr-gan --count full
expect_stdout '^inr-gan +256 +14\.950 +72\.437 +123464$'
expect_exit 0 inr-macs inr-gan --count executed
expect_stdout '^inr-gan +256 +9\.923 +72\.437 +123464$'
expect_exit 0 inr-macs inr-gan --layers --count full
expect_stdout '^total +14950\.[0-9]+ +72436573$'
expect_stdout '^of it layers +14852\.[0-9]+ +'
expect_exit 0 inr-macs inr-gan --layers --count executed
expect_stdout '^of it layers +9832\.[0-9]+ +'
without=$(awk '/^of it layers/ { layers = $4 } $1 ~ /\.e$/ { waves += $2 } END { printf "%.2f", (layers - waves) / 1000 }' "$CASE_FOLDER/.stdout")
expect_same "GMAC without the Fourier columns" "$without" 9.51
