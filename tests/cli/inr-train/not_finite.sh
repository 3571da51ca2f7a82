# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: fault
# needs: inr-prep
# A run that diverges stops with its own message and the state of before; --on-nan skip goes on; a log that cannot be written
# ends no run.
source "$SOURCE/tests/support/prep_pictures.sh"
make_pictures pictures 24 32
expect_exit 0 inr-prep pictures -o data.inrd --size 32
expect_exit 1 inr-train data.inrd -o run --preset tiny32 --set training.lr_d=1000 --iterations 50 --threads 1 --sample-every 0
expect_stderr 'iteration [0-9]+: the (loss|gradient) of [DG] is not finite'
expect_stderr 'run/checkpoint-[0-9]+.safetensors is the state before it'
found=$(ls run/checkpoint-*.safetensors)
python3 - "$found" <<'PYTHON' || fail "the state that was saved is not finite"
import array, json, math, struct, sys
raw = open(sys.argv[1], "rb").read()
n = struct.unpack("<Q", raw[:8])[0]
header = json.loads(raw[8:8 + n])
for name, info in header.items():
    if name == "__metadata__" or info["dtype"] != "F32":
        continue
    begin, end = info["data_offsets"]
    values = array.array("f", raw[8 + n + begin:8 + n + end])
    assert all(map(math.isfinite, values)), name
PYTHON
grep -q '"event":"not finite"' run/log.jsonl || fail "the log does not tell"
expect_exit 0 inr-info run
expect_stdout 'not finite'
expect_exit 1 inr-train data.inrd -o skip --preset tiny32 --set training.lr_d=1000 --iterations 20 --threads 1 --sample-every 0 --on-nan skip
expect_stderr 'the last [0-9]+ iterations were skipped'
expect_stderr 'left out'
grep -q '"event":"skipped"' skip/log.jsonl || fail "the log does not tell of skipped steps"
mkdir -p full/samples
ln -s /dev/full full/log.jsonl
expect_exit 0 inr-train data.inrd -o full --preset tiny32 --iterations 3 --threads 1
expect_stderr 'training goes on without it'
expect_file full/checkpoint-000000003.safetensors
