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
expect_exit 0 inr-train "${arguments[@]}" -o whole
# How long it takes to start and to resume here.
start_ms=$(elapsed_ms inr-train "${arguments[@]}" -o whole)
RANDOM=$kills
killed=0
while ((killed < kills)); do
  (exec inr-train "${arguments[@]}" -o killed >/dev/null 2>&1) &
  pid=$!
  # The first one leaves a checkpoint for the others to resume from; these last for up to a second beyond their start.
  for ((try = 0; killed == 0 && try < 600; ++try)); do
    compgen -G 'killed/checkpoint-*.safetensors' >/dev/null && break
    sleep 0.1
  done
  sleep "$(python3 -c "print($RANDOM / 32767 * ($start_ms / 1000 + 1))")"
  kill -KILL $pid 2>/dev/null || break # it has ended by itself
  wait $pid 2>/dev/null || true
  killed=$((killed + 1))
done
resumed=$(grep -c '"event":"resume"' killed/log.jsonl || true)
echo "killed $killed times, resumed from a checkpoint $resumed times before the end"
((killed >= kills - 1)) || fail "the run ended before it was killed often enough: $killed"
((resumed >= killed / 4 && resumed > 0)) || fail "few kills hit a resumed run at work: $resumed of $killed"
expect_exit 0 inr-train "${arguments[@]}" -o killed
last=checkpoint-$(printf '%09d' $((20 * kills))).safetensors
tensor_hashes "whole/$last" >want
tensor_hashes "killed/$last" >got
[[ $(wc -l <want) -gt 100 ]] || fail "the checkpoint has few tensors"
same_bytes want got
