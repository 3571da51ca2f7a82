# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-prep
# A killed process is named by the others, which end; the run goes on with another number of processes. A signal to one
# process stops all in an orderly way.
source "$SOURCE/tests/support/groups.sh"
make_data
arguments=(data.inrd --preset tiny32 --set training.batch=16 --threads 1 --sample-every 0 --log-every 1 --checkpoint-every 5 --keep 0
  --set training.lr_d=1e-4 --set training.lr_hypernet=1e-5 --set training.lr_shared=1e-5 -o)
last=checkpoint-000000030.safetensors
train_group 1 "${arguments[@]}" whole --iterations 30

for victim in 1 0; do
  start_group 4 "${arguments[@]}" lost$victim --iterations 100000
  wait_for_iteration lost$victim 7
  kill -KILL "${pids[victim]}"
  before=$SECONDS
  end_group 1 $victim 2>/dev/null
  ((SECONDS - before < 20)) || fail "the others took $((SECONDS - before)) s to end"
  for rank in 0 1 2 3; do
    ((rank == victim)) && continue
    expect_same "lines of rank $rank" "$(wc -l <.stderr.$rank)" 1
    grep -qE "^inr-train( \(process $rank\))?: rank $victim of 4 .* is gone" .stderr.$rank ||
      fail "rank $rank says: $(cat .stderr.$rank)"
  done
  [[ -e lost$victim/checkpoint-000000005.safetensors ]] || fail "no checkpoint was left"
done

# On with two processes, a signal to the second of them, and on with one.
start_group 2 "${arguments[@]}" lost1 --iterations 30 --resume
wait_for_iteration lost1 15
kill -TERM "${pids[1]}"
end_group 75
train_group 1 "${arguments[@]}" lost1 --iterations 30 --resume
for part in d g; do
  expect_near "$part after all that" $part. whole/$last lost1/$last whole/checkpoint-000000005.safetensors
done

# One that never comes.
export INR_TIMEOUT=3
RANK=0 WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 MASTER_PORT=$(free_port) expect_exit 1 inr-train "${arguments[@]}" none --iterations 1
expect_one_line inr-train
expect_stderr 'rank 1 of 2 did not come within 3 s'
# Half an environment.
RANK=0 expect_exit 2 inr-train "${arguments[@]}" none --iterations 1
expect_stderr 'WORLD_SIZE'
