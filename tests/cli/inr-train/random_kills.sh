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
RANDOM=$kills
killed=0
while ((killed < kills)); do
  (exec inr-train "${arguments[@]}" -o killed >/dev/null 2>&1) &
  pid=$!
  sleep "$((RANDOM % 2)).$((RANDOM % 900 + 100))"
  kill -KILL $pid 2>/dev/null || break # it has ended by itself
  wait $pid 2>/dev/null || true
  killed=$((killed + 1))
done
echo "killed $killed times; checkpoints then: $(ls killed 2>/dev/null | grep -c checkpoint- || true)"
((killed >= kills - 1)) || fail "the run ended before it was killed often enough: $killed"
expect_exit 0 inr-train "${arguments[@]}" -o killed
last=checkpoint-$(printf '%09d' $((20 * kills))).safetensors
tensor_hashes "whole/$last" >want
tensor_hashes "killed/$last" >got
[[ $(wc -l <want) -gt 100 ]] || fail "the checkpoint has few tensors"
same_bytes want got
