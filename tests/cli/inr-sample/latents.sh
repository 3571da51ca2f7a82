# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Latents from a file; wrong shapes and wrong use.
expect_exit 0 inr-train --iterations 0 -o run --preset tiny32
export INR_CHECKPOINT=$PWD/run
npy() {  # npy FILE ROWS COLUMNS
  python3 - "$@" <<'PYTHON'
import struct, sys
path, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
head = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }" % (rows, columns)
head += " " * (63 - (10 + len(head)) % 64) + "\n"
with open(path, "wb") as f:
    f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode())
    f.write(struct.pack("<%df" % (rows * columns), *[(i % 7) / 7 - 0.4 for i in range(rows * columns)]))
PYTHON
}
npy z.npy 5 64
npy w.npy 5 128
expect_exit 0 inr-sample --latents z.npy -o z.inr
expect_exit 0 inr-sample --latents w.npy --space w -o w.inr
expect_exit 0 inr-sample -n 2 --latents z.npy -o two.inr
expect_exit 1 inr-sample --latents w.npy -o x.inr
expect_one_line inr-sample
expect_stderr "w.npy.*\[5, 128\].*64"
expect_no_file x.inr
expect_exit 2 inr-sample -n 6 --latents z.npy -o x.inr
expect_exit 2 inr-sample -n 0 -o x.inr
expect_stderr '^inr-sample: -n/--count: '
expect_exit 1 inr-sample --latents missing.npy -o x.inr
expect_exit 1 inr-sample --checkpoint missing -o x.inr
expect_one_line inr-sample
expect_exit 1 inr-sample --checkpoint z.npy -o x.inr
expect_one_line inr-sample
expect_exit 0 inr-sample -n 2 --truncation 0 -o mean.inr
# The checkpoint that is read is never replaced, whatever it was found by.
cp run/checkpoint-000000000.safetensors kept
expect_exit 2 inr-sample -o run/checkpoint-000000000.safetensors
expect_one_line inr-sample
expect_exit 2 inr-sample --checkpoint run -o ./run/checkpoint-000000000.safetensors
INR_CHECKPOINT=$PWD/run/checkpoint-000000000.safetensors expect_exit 2 inr-sample -o run/checkpoint-000000000.safetensors
same_bytes kept run/checkpoint-000000000.safetensors
expect_exit 1 bash -c 'inr-sample -n 2 >/dev/full'
# A signal: one line, and no piece of the file is left.
inr-sample -n 1000000 -o long.inr 2>"$CASE_FOLDER/.stderr" &
tool=$!
for _ in {1..1000}; do
  compgen -G 'long.inr*' >/dev/null && break
  sleep 0.01
done
kill -TERM "$tool"
got=0
wait "$tool" || got=$?
expect_same "exit status after SIGTERM" "$got" 143
expect_one_line inr-sample
expect_stderr 'interrupted by SIGTERM'
compgen -G 'long.inr*' >/dev/null && fail "a piece of a stream is left: $(ls)"
true
