# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The reports for programs: --json, --config, --tensors; run folders; output that cannot be written.
golden=$SOURCE/tests/golden/model

expect_exit 0 inr-info --json --tensors "$golden"/gen-concat-two.safetensors "$golden"/gen-split-two-rgb.safetensors
expect_quiet
python3 - "$CASE_FOLDER/.stdout" <<'PYTHON' || fail '--json'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert len(lines) == 2
assert all(line["kind"] == "checkpoint" and line["state"] == "whole" for line in lines), lines
assert lines[0]["file"].endswith("gen-concat-two.safetensors")
assert {"name": "ema.hypernet.0.bias", "dtype": "F32", "shape": [16]} in lines[0]["tensors"]
PYTHON

# The configuration alone, complete: it is the same configuration again.
inr-info --config "$golden/gen-split-fixed.safetensors" >config.json || fail "--config"
expect_exit 0 inr-info --config config.json
same_bytes config.json "$CASE_FOLDER/.stdout"
expect_exit 1 inr-info --config "$SOURCE/tests/golden/fid/stats.npz"
expect_one_line inr-info
expect_stderr 'has no configuration'
refuse_stdout .

expect_exit 0 inr-info --tensors "$golden/disc-16.safetensors"
expect_stdout '^  d\.16\.conv0\.weight F32 \['
expect_exit 0 inr-info "$SOURCE/tests/golden/fid/stats.npz"
expect_stdout 'stats\.npz: statistics, whole: 64 features$'

# A run: newest whole checkpoint, curves, best score; a cut checkpoint is skipped and reported.
mkdir run
expect_exit 1 inr-info run
expect_stdout '^run: folder, not ours$'
cp "$golden/train-split.iter1.safetensors" run/checkpoint-000000001.safetensors
cp "$golden/train-split.iter3.safetensors" run/checkpoint-000000003.safetensors
for i in 1 2 3; do echo "{\"iteration\":$i,\"loss_d\":$((4 - i)),\"loss_g\":$i,\"score\":$((50 - i))}"; done >run/log.jsonl
expect_exit 0 inr-info run
expect_stdout '^run: run folder, whole: .*, iteration 3 of 150000$'
expect_stdout '^  newest whole checkpoint: checkpoint-000000003\.safetensors$'
expect_stdout '^  best: \{"score":47,"iteration":3\}$'
expect_stdout '^  loss_d: .* 3 to 1$'
head -c 9999 run/checkpoint-000000003.safetensors >run/checkpoint-000000004.safetensors
expect_exit 1 inr-info run
expect_stdout '^run: run folder, cut short: .*, iteration 3 of 150000$'
expect_stdout '^  newest whole checkpoint: checkpoint-000000003\.safetensors$'

expect_exit 1 bash -c "inr-info '$golden/disc-16.safetensors' > /dev/full"
expect_one_line inr-info
expect_stderr 'stdout: cannot write: No space left on device'

# Starts at once, without LibTorch.
[[ $(ldd "$BIN/inr-info") != *torch* ]] || fail 'inr-info links LibTorch'  # grep -q would end ldd early: a false pass
