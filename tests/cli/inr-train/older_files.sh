# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the tools of an older version wrote (tests/support/older/README.md) is read by today's: a run is continued, its
# checkpoint sampled, its stream drawn, its scores compared.
older=$SOURCE/tests/support/older
mkdir -p r
gunzip -c "$older/training.inrd.gz" >s.inrd
gunzip -c "$older/checkpoint.safetensors.gz" >r/checkpoint-000000002.safetensors
cp "$older/scores.jsonl" .

for file in s.inrd r/checkpoint-000000002.safetensors "$older/samples.inr"; do expect_exit 0 inr-info --check "$file"; done

# Drawing: the same picture to one level, and theta anew from the checkpoint to the rounding of another order of sums.
inr-render "$older/samples.inr" --res 16 --format ppm >now.ppm || fail "samples.inr is not drawn"
inr-sample --checkpoint r -n 3 --seed 7 >now.inr || fail "the checkpoint is not sampled"
cat >compare.py <<'PY'
import sys
sys.path.insert(0, sys.argv[1] + "/examples/read-stream")
from read_stream import read_streams
bytes_of = [open(path, "rb").read() for path in (sys.argv[2] + "/samples.ppm", "now.ppm")]
assert len(bytes_of[0]) == len(bytes_of[1]), "pictures of another size"
worst = max(abs(a - b) for a, b in zip(*bytes_of))
assert worst <= 1, f"pictures differ by {worst} levels"
thetas = [[theta for _, _, theta in read_streams(open(path, "rb"))] for path in (sys.argv[2] + "/samples.inr", "now.inr")]
assert len(thetas[0]) == len(thetas[1]) == 3
worst = max(abs(a - b) / (1 + abs(a)) for old, new in zip(*thetas) for a, b in zip(old, new))
assert worst <= 1e-6, f"theta differs by {worst}"
PY
expect_exit 0 python3 compare.py "$SOURCE" "$older"

# Scores: the log's line is the score of the newest checkpoint of that run, so nothing is measured again.
sed -i "s|\"run\":\"older\"|\"run\":\"$PWD/r\"|" scores.jsonl
cp scores.jsonl before.jsonl
expect_exit 0 inr-fid --real s.inrd --fake r -n 24 --allow-few --threads 1 --if-newer --append scores.jsonl
refuse_stdout .
same_bytes before.jsonl scores.jsonl
expect_exit 0 inr-fid --real s.inrd --fake r -n 24 --allow-few --threads 1 --append now.jsonl
python3 - scores.jsonl now.jsonl <<'PY' || fail "another score than the older version's"
import json, sys
old, new = (json.loads(open(path).readline())["fid"] for path in sys.argv[1:])
assert abs(new / old - 1) < 1e-5, (old, new)
PY

# Training goes on.
expect_exit 0 inr-train s.inrd -o r --resume --iterations 3 --threads 1 --sample-every 0
expect_stderr 'resuming from r/checkpoint-000000002.safetensors'
expect_file r/checkpoint-000000003.safetensors
