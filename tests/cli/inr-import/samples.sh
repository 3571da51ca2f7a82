# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-sample inr-render inr-interp
# An imported model is drawn by the samples that the released scripts draw for a seed, and the picture tells so.
golden=$SOURCE/tests/golden/released/pickled
expect_exit 0 inr-import "$golden/network.pkl" -o model.safetensors
sample() { inr-sample --checkpoint model.safetensors "$@"; }

# Latents and images of seeds 0 and 1 are in expected.safetensors.
sample --seeds 0,1 --seed-style numpy -o numpy.inr || fail "inr-sample"
expect_exit 0 inr-render each --format npy -o images.npy numpy.inr
python3 - "$golden/expected.safetensors" images.npy <<'PYTHON' || fail "the images of seeds 0 and 1 differ"
import array, json, struct, sys
raw = open(sys.argv[1], "rb").read()
n = struct.unpack("<Q", raw[:8])[0]
begin, end = json.loads(raw[8:8 + n])["images"]["data_offsets"]
want = array.array("f", raw[8 + n + begin:8 + n + end])
npy = open(sys.argv[2], "rb").read()
got = array.array("f", npy[10 + struct.unpack("<H", npy[8:10])[0]:])
worst = max(abs(a - b) for a, b in zip(got, want))
print(len(got), len(want), worst)
sys.exit(len(got) != len(want) or not worst < 1e-5)
PYTHON

# Sample i of seed 0 is row i of its numbers; sample 0 is that of --seeds 0, whatever comes with it.
sample -n 3 --seed-style numpy -o three.inr || fail "inr-sample -n 3"
sample --seeds 0 --seed-style numpy -o zero.inr || fail "inr-sample --seeds 0"
for name in three zero; do inr-render $name.inr --select 0 --format npy -o $name.npy || fail "inr-render $name"; done
same_bytes three.npy zero.npy
sample -n 3 -o ours.inr || fail "inr-sample"
cmp -s three.inr ours.inr && fail "--seed-style changes nothing"

# The picture tells how it was made, by key and between two of them.
for made in "inr-sample --seeds 5,9 --seed-style numpy --truncation 0.7" "inr-sample --seed 4 -n 3 --seed-style numpy" \
  "inr-interp --seeds 5,9 --frames 3 --seed-style numpy"; do
  $made --checkpoint model.safetensors | inr-render --res 16 -o picture.png || fail "$made"
  command=$(inr-info picture.png | grep -o 'inr-[a-z]* .*inr-render.*') || fail "inr-info shows no command for: $made"
  [[ $command == *"--seed-style numpy"* ]] || fail "the command lacks the style: $command"
  bash -o pipefail -c "$command" >again.png </dev/null || fail "the command fails: $command"
  python3 - <<'PYTHON' || fail "the command draws another picture: $command"
import zlib, struct
def pixels(path):
    raw, at, data = open(path, "rb").read(), 8, b""
    while at < len(raw):
        size, kind = struct.unpack(">I4s", raw[at:at + 8])
        data += raw[at + 8:at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    return zlib.decompress(data)
assert pixels("picture.png") == pixels("again.png")
PYTHON
done

expect_exit 2 inr-sample --checkpoint model.safetensors --seeds 4294967296 --seed-style numpy -o x.inr
expect_one_line inr-sample
expect_stderr "NumPy's seeds go up to 4294967295"
sample --seeds 1,4294967296 --seed-style numpy >head.inr 2>/dev/null && fail "a seed that numpy does not have"
expect_same "bytes of a stream that cannot be written" "$(stat -c %s head.inr)" 0
for source in network.pkl state.safetensors; do
  expect_exit 1 inr-sample --checkpoint "$golden/$source" -o x.inr
  expect_one_line inr-sample
  expect_stderr "convert it with inr-import $source -o NAME\.safetensors"
done
# Drawn, not trained: also where there is no dataset yet.
expect_exit 2 inr-train --init model.safetensors -o run --dry-run
expect_one_line inr-train
expect_stderr 'decoder released is drawn, not trained'
expect_exit 2 inr-sample --seed-style python
expect_exit 2 inr-sample --latents z.npy --seed-style numpy
expect_exit 2 inr-interp numpy.inr --seed-style numpy
