# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# needs: inr-sample inr-interp inr-render
# Where samples are computed: on the processor unless a GPU is named, which is used where it is there, and missed in one
# line that says what is missing.
expect_exit 0 inr-sample -n 3 --seed 5 -o auto.inr
expect_exit 0 inr-sample -n 3 --seed 5 --device cpu -o cpu.inr
same_bytes auto.inr cpu.inr

expect_exit 2 inr-sample --device gpu -o none.inr
expect_exit 2 inr-sample --device cuda:x -o none.inr
expect_no_file none.inr
expect_exit 2 inr-interp --device cuda --seeds 1,2 -o none.inr
expect_one_line inr-interp
expect_stderr '--device cuda: this tool computes on the processor only; use --device cpu'

got=0
inr-sample -n 3 --seed 5 --device cuda -o cuda.inr >.stdout 2>.stderr || got=$?
if [[ $got == 0 ]]; then # there is one: the same pictures, to a level of 255
  for name in cpu cuda; do inr-render each --res 16 --format npy <$name.inr >$name.npy || fail "inr-render of $name.inr"; done
  python3 - <<'PYTHON' || fail "a GPU draws other pictures"
import sys
def pixels(name):
    data = open(name, 'rb').read()
    start = 10 + int.from_bytes(data[8:10], 'little')
    return memoryview(data[start:]).cast('f')
cpu, cuda = pixels('cpu.npy'), pixels('cuda.npy')
sys.exit(len(cpu) != len(cuda) or max(abs(a - b) for a, b in zip(cpu, cuda)) > 1 / 255)
PYTHON
else
  expect_same 'exit status without a GPU' "$got" 1
  expect_one_line inr-sample
  expect_stderr '^inr-sample: --device cuda: .*--device cpu$'
  expect_no_file cuda.inr
fi
