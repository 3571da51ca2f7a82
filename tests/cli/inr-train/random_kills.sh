# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-prep
# Killed by -9 at random moments, of a start, a step or a write, and resumed each time: the last checkpoint has the bytes of an
# uninterrupted run. INR_KILLS: how many (5).
kills=${INR_KILLS:-5}
source "$SOURCE/tests/support/prep_pictures.sh"
make_pictures pictures 40 32
expect_exit 0 inr-prep pictures -o data.inrd --size 32
arguments=(data.inrd --preset tiny32 --iterations $((20 * kills)) --threads 1 --checkpoint-every 3 --log-every 1 --sample-every 7 --resume)
whole_ms=$(elapsed_ms inr-train "${arguments[@]}" -o whole)
start_ms=$(elapsed_ms inr-train "${arguments[@]}" -o whole) # nothing is left to do
step_ms=$(((whole_ms > start_ms ? whole_ms - start_ms : 0) / kills + 1)) # twenty iterations
RANDOM=$kills

wait_for() {  # wait_for COMMAND...: until it succeeds
  for ((try = 0; try < 600; ++try)); do
    "$@" && return
    sleep 0.1
  done
  fail "this never came: $*"
}
has_checkpoint() { compgen -G 'killed/checkpoint-*.safetensors' >/dev/null; }
n_resumed() { grep -c '"event":"resume"' killed/log.jsonl || true; }
has_resumed() { (($(n_resumed) > before)); }
sleep_up_to() { sleep "$(python3 -c "print($RANDOM / 32767 * $1 / 1000)")"; }

killed=0
while ((killed < kills)); do
  before=$(n_resumed 2>/dev/null)
  (exec inr-train "${arguments[@]}" -o killed >/dev/null 2>&1) &
  pid=$!
  # The first one leaves a checkpoint; of the others every second one is killed while it starts, the rest at work.
  if ((killed == 0)); then
    wait_for has_checkpoint
    sleep_up_to $step_ms
  elif ((killed % 2 == 0)); then
    sleep_up_to "$start_ms"
  else
    wait_for has_resumed
    sleep_up_to $step_ms
  fi
  kill -KILL $pid 2>/dev/null || break # it has ended by itself
  wait $pid 2>/dev/null || true
  killed=$((killed + 1))
done
resumed=$(n_resumed)
echo "killed $killed times, resumed from a checkpoint $resumed times before the end"
((killed >= kills - 1)) || fail "the run ended before it was killed often enough: $killed"
((resumed >= killed / 2)) || fail "few kills hit a resumed run at work: $resumed of $killed"
expect_exit 0 inr-train "${arguments[@]}" -o killed
last=checkpoint-$(printf '%09d' $((20 * kills))).safetensors
tensor_hashes "whole/$last" >want
tensor_hashes "killed/$last" >got
[[ $(wc -l <want) -gt 100 ]] || fail "the checkpoint has few tensors"
same_bytes want got
