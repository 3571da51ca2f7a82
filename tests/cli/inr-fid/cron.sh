# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-prep inr-sample inr-train inr-info
# Scores of a run that is being trained: visited in a loop, by two at once, killed in the middle, with a cut log.
mkdir pictures
for i in 1 2 3; do { printf 'P6 32 32 255\n'; head -c 3072 /dev/urandom; } >pictures/$i.ppm; done
inr-prep pictures -o data.inrd --size 32 || fail "inr-prep"
inr-sample -n 30 --seed 1 >reals.inr || fail "inr-sample"
inr-fid --real reals.inr --save-stats real.npz --quiet >/dev/null || fail "inr-fid --save-stats"
visit() { inr-fid --real real.npz --fake run -n 8 --allow-few --if-newer --append scores.jsonl --threads 1 "$@"; }
n_scores() { wc -l <scores.jsonl; }
# The log is whole lines of JSON, no checkpoint scored twice.
check_log() {
  python3 -c '
import json
hashes = [json.loads(line)["model_hash"] for line in open("scores.jsonl")]
assert len(set(hashes)) == len(hashes), hashes' || fail "scores.jsonl is not as expected"
}

# Nothing there yet.
mkdir run
expect_exit 0 visit
expect_one_line inr-fid
expect_stderr 'not yet: run'
refuse_stdout .

# A run in training, one checkpoint kept, so that they vanish under the visitor; visits in a loop, some killed.
(exec inr-train data.inrd --preset tiny32 --threads 1 --iterations 100000 --checkpoint-every 1 --keep 1 --sample-every 0 \
  -o run >train.out 2>&1) &
trainer=$!
trap 'kill -9 $trainer 2>/dev/null' EXIT
for ((i = 0; i < 300; ++i)); do compgen -G 'run/checkpoint-*.safetensors' >/dev/null && break; sleep 0.1; done
for ((visits = 0; visits < 12; ++visits)); do
  if ((visits % 4 == 3)); then
    (exec inr-fid --real real.npz --fake run -n 4000 --allow-few --if-newer --append scores.jsonl >/dev/null 2>&1) &
    killed=$!
    sleep 0.4
    kill -9 $killed 2>/dev/null
    wait $killed 2>/dev/null
  else
    expect_exit 0 visit --best
  fi
done
check_log
(($(n_scores) >= 2)) || fail "$(n_scores) scores after $visits visits"
kill -INT $trainer
wait $trainer
trap - EXIT

# At rest: the last checkpoint once, then nothing to do.
expect_exit 0 visit --best
n=$(n_scores)
expect_exit 0 visit --best
expect_one_line inr-fid
expect_stderr 'run/checkpoint-[0-9]+.safetensors has its score in scores.jsonl'
refuse_stdout .
expect_same "lines after a visit with nothing to do" "$(n_scores)" "$n"
check_log
expect_exit 0 visit --seed 5
expect_same "lines after a visit with another seed" "$(n_scores)" $((++n))

# While one works a second leaves at once; a killed one leaves neither a score nor the lock behind.
(exec inr-fid --real real.npz --fake run --allow-few --if-newer --append scores.jsonl >/dev/null 2>&1) &
killed=$!
for ((i = 0; i < 300; ++i)); do flock -n scores.jsonl.lock true || break; sleep 0.1; done
expect_exit 0 visit --seed 7
expect_one_line inr-fid
expect_stderr 'another inr-fid is already working on scores.jsonl; nothing done'
kill -9 $killed || fail "the first visit ended too early"
wait $killed
expect_same "lines after a visit that was killed" "$(n_scores)" "$n"
expect_exit 0 visit --seed 7
expect_same "lines after the visit that followed" "$(n_scores)" $((++n))

# The best is a whole checkpoint, the one with the lowest of the linked scores, and has outlived its first name.
expect_exit 0 inr-info run/best.safetensors
best=$(python3 -c '
import json
lines = [json.loads(line) for line in open("scores.jsonl")]
best = min((line for line in lines if line["best"]), key=lambda line: line["fid"])
print(best["iteration"])')
expect_exit 0 inr-info run/best.safetensors --json
expect_stdout "\"iteration\": ?\"?$best[,\"}]"
[[ ! -L run/best.safetensors ]] || fail "best.safetensors is a symbolic link"

# A line cut by a crash: scored anew, the cut line gone. A lost end of line is given back.
truncate -s -20 scores.jsonl
expect_exit 0 visit --seed 7
expect_stderr 'warning: scores.jsonl: the last line was cut short and is removed'
expect_same "lines after the repair" "$(n_scores)" "$n"
truncate -s -1 scores.jsonl
expect_exit 0 visit --seed 7
expect_stderr 'has its score'
expect_exit 0 visit --seed 6
expect_same "lines after the second repair" "$(n_scores)" $((++n))
python3 -c 'import json; [json.loads(line) for line in open("scores.jsonl")]' || fail "a line is not JSON"

# The example keeps its log in the run.
expect_exit 0 "$SOURCE/examples/cron/run.sh" run real.npz -n 8 --allow-few
expect_same "lines by the example" "$(wc -l <run/scores.jsonl)" 1
expect_exit 0 "$SOURCE/examples/cron/run.sh" run real.npz -n 8 --allow-few
expect_stderr 'has its score in run/scores.jsonl'
expect_exit 0 inr-info run

# Other statistics under the same name are another real side; a half-written newest checkpoint is not there yet.
inr-fid --real reals.inr --n-real 29 --save-stats real.npz --quiet >/dev/null || fail "inr-fid --save-stats"
expect_exit 3 visit --seed 6 --threshold 0.000001
expect_same "lines with other statistics" "$(n_scores)" $((++n))
newest=$(compgen -G 'run/checkpoint-*.safetensors' | tail -n 1)
head -c 1000 "$newest" >run/checkpoint-000999999.safetensors
expect_exit 0 visit --seed 6
expect_stderr "$newest has its score"
rm "$newest"
expect_exit 0 visit --seed 6
expect_stderr 'not yet: run'
expect_same "lines with half a checkpoint" "$(n_scores)" "$n"

# A log that cannot be written or is something else is left alone.
expect_exit 1 inr-fid --real real.npz --fake reals.inr --allow-few --append real.npz
expect_one_line inr-fid
expect_stderr 'real.npz: is not a log of scores'
for wrong in '--if-newer' '--best' '--append s.jsonl --best --fake reals.inr' '--append s.jsonl --if-newer --real -'; do
  # shellcheck disable=SC2086
  expect_exit 2 inr-fid --real real.npz --fake run $wrong
  expect_one_line inr-fid
done
expect_no_file s.jsonl
