# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-prep
# Going back to an earlier checkpoint never removes later ones; a finished run is left as it is.
mkdir pictures
for i in 1 2 3; do { printf 'P6 32 32 255\n'; head -c 3072 /dev/zero; } >pictures/$i.ppm; done
expect_exit 0 inr-prep pictures -o data.inrd --size 32
train() { inr-train data.inrd --preset tiny32 --threads 1 --checkpoint-every 1 --sample-every 0 "$@"; }
expect_exit 0 train -o run --iterations 4 --keep 3
name() { printf 'checkpoint-%09d.safetensors' "$1"; }
expect_no_file "run/$(name 1)"
[[ -z $(ls run/samples) ]] || fail "--sample-every 0 wrote samples"
expect_exit 1 train -o run --iterations 6 --keep 1 --resume="run/$(name 2)"
expect_stderr "later checkpoints"
for i in 2 3 4; do expect_file "run/$(name $i)"; done
cp "run/$(name 4)" kept
expect_exit 0 train -o run --iterations 3 --resume
expect_stderr "nothing to do"
same_bytes kept "run/$(name 4)"
expect_exit 0 train -o branch --iterations 4 --resume="run/$(name 2)"
same_bytes <(tail -c 1000 kept) <(tail -c 1000 "branch/$(name 4)")
expect_exit 2 train -o planted --iterations 2 --resume="run/$(name 2)"
expect_one_line inr-train
expect_stderr "nothing to do"
expect_no_file planted
expect_exit 0 train -o run --iterations 4 --resume --init branch
expect_stderr '--init branch is left aside'
expect_exit 2 inr-train --iterations 0 -o run --resume
expect_stderr "DATASET"
# Other numbers of threads sum in another order.
expect_exit 0 inr-train data.inrd -o branch --iterations 5 --resume --threads 2 --sample-every 0
expect_stderr 'threads 1 \(here 2\)'
# A newest checkpoint that is damaged is skipped and kept, and reported with --quiet too.
truncate -s 1000 "branch/$(name 5)"
cp "branch/$(name 5)" damaged5
# A refusal leaves the folder as it is.
expect_exit 2 inr-train --iterations 0 -o branch --resume
same_bytes damaged5 "branch/$(name 5)"
expect_no_file "branch/$(name 5).damaged"
expect_exit 0 train -o branch --iterations 5 --resume --quiet --log-every 1
expect_stderr "$(name 5): cut short.*skipped"
same_bytes damaged5 "branch/$(name 5).damaged"
# A resume of a run that cannot be read does not begin it anew over what is there.
for i in 3 4 5; do truncate -s 1000 "branch/$(name $i)"; done
expect_exit 1 train -o branch --iterations 6 --resume
expect_stderr 'none of which can be read'
expect_exit 2 inr-export run -o "run/$(name 4)"
same_bytes kept "run/$(name 4)"

# Signals: told at once, an echo does no harm, and the terminal may be closed.
(exec inr-train data.inrd --preset tiny32 --threads 1 --iterations 100000 --log-every 1 --sample-every 0 -o stopped --resume >out 2>err) &
pid=$!
for _ in $(seq 300); do
  grep -qs '"iteration":1,' stopped/log.jsonl && break
  sleep 0.1
done
kill -HUP $pid
kill -INT $pid
kill -TERM $pid 2>/dev/null
status=0
wait $pid || status=$?
expect_same "status of three signals" $status 75
grep -q 'no checkpoint in stopped: starting anew' err || fail "a new start is not told: $(cat err)"
expect_same "notices" "$(grep -c 'finishing the iteration and saving' err)" 1
expect_file "$(cat out)"
expect_same "the last line of a log" "$(grep -c '"event":"interrupted"' stopped/log.jsonl)" 1
