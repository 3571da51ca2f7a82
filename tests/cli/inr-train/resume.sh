# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-prep
# Interrupted by SIGTERM, killed by -9, stopped by --duration: the resumed run ends with the same bytes in every tensor as one
# that was not interrupted.
source "$SOURCE/tests/support/prep_pictures.sh"
make_pictures pictures 40 32
expect_exit 0 inr-prep pictures -o data.inrd --size 32
arguments=(data.inrd --preset tiny32 --iterations 60 --threads 1 --checkpoint-every 10 --log-every 5 -o)
train() { inr-train "${arguments[@]}" "$@"; }
expect_exit 0 train whole

interrupt() {  # interrupt FOLDER SIGNAL: once 15 iterations are logged
  (exec inr-train "${arguments[@]}" "$1" >/dev/null 2>&1) &
  local pid=$!
  for _ in $(seq 600); do
    grep -qs '"iteration":15' "$1/log.jsonl" && break
    sleep 0.1
  done
  kill "-$2" $pid
  status=0
  wait $pid || status=$?
}
last=checkpoint-000000060.safetensors
tensor_hashes "whole/$last" >want
[[ $(wc -l <want) -gt 100 ]] || fail "the checkpoint has few tensors"
interrupt term TERM
expect_same "exit status after SIGTERM" "$status" 75
expect_no_file "term/$last"
expect_exit 1 train term
expect_stderr "resume"
expect_exit 0 train term --resume
tensor_hashes "term/$last" >got
same_bytes want got
interrupt kill KILL
expect_exit 0 train kill --resume
tensor_hashes "kill/$last" >got
same_bytes want got
expect_exit 75 train short --duration 1s
expect_exit 0 train short --resume=auto
tensor_hashes "short/$last" >got
same_bytes want got
python3 - <<'PYTHON' || fail "log.jsonl is not JSON lines"
import json
lines = [json.loads(line) for line in open("term/log.jsonl")]
assert any(line.get("event") == "interrupted" for line in lines)
assert all(key in lines[1] for key in ("time", "iteration", "images", "loss_d", "loss_g", "r1", "it_per_s"))
PYTHON
expect_file whole/samples/000000060.png
expect_exit 0 inr-info whole
