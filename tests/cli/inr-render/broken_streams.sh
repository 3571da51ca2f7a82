# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: fault
# needs: inr-sample inr-train
# What is whole of a damaged input is drawn, and the end is a failure; the file of -o is never replaced by one.
expect_exit 0 inr-train --iterations 0 -o run --preset tiny32
export INR_CHECKPOINT=$PWD/run
inr-sample -n 16 >whole.inr || fail "inr-sample"
size=$(stat -c %s whole.inr)

expect_exit 1 inr-render -o out.png <"$SOURCE/LICENSE"
expect_one_line inr-render
expect_stderr 'stdin: not an INR stream'
expect_no_file out.png
expect_no_file out.png.partial
expect_exit 1 inr-render /dev/null
expect_one_line inr-render
expect_exit 1 inr-render run/checkpoint-000000000.safetensors
expect_stderr 'not an INR stream'
refuse_stdout .
expect_exit 1 inr-render missing.inr
expect_stderr 'missing\.inr: cannot open: No such file'

# Cut in the sixth record: five are drawn.
inr-sample -n 5 >five.inr
inr-render five.inr --res 16 >five.png || fail "five records"
record=$(((size - 16) / 17))
head -c $((size - 11 * record)) whole.inr >cut.inr
expect_exit 1 bash -o pipefail -c 'head -c 1000000 cut.inr | inr-render --res 16'
expect_one_line inr-render
expect_stderr 'stdin: cut short after [0-9]+ of 16 records'
n=$(grep -oE 'after [0-9]+' "$CASE_FOLDER/.stderr" | grep -oE '[0-9]+')
inr-sample -n "$n" | inr-render --res 16 >want.png || fail "$n records"
same_bytes want.png "$CASE_FOLDER/.stdout"

echo 'an earlier picture' >out.png
expect_exit 1 inr-render --res 16 cut.inr -o out.png
expect_stderr "cut\.inr: cut short after $n of 16"
expect_stderr 'kept in out\.png\.partial'
expect_same "the file of -o" "$(cat out.png)" 'an earlier picture'
same_bytes want.png out.png.partial

# each keeps the files it has finished.
expect_exit 1 inr-render each cut.inr -o 'pictures/%02d.png'
expect_one_line inr-render
expect_same "finished files" "$(find pictures -type f | wc -l)" "$n"
expect_exit 0 inr-info pictures/*.png
# Numbers: the header of the partial file counts what is there.
expect_exit 1 inr-render each cut.inr -o numbers.npy
expect_no_file numbers.npy
expect_exit 0 inr-info numbers.npy.partial
# Nothing whole: no picture at all.
head -c 3000 whole.inr >head.inr
expect_exit 1 inr-render head.inr -o none.png
expect_one_line inr-render
expect_no_file none.png.partial
# One flipped bit in a record.
cp whole.inr flipped.inr
printf '\xff' | dd of=flipped.inr bs=1 seek=$((size - 2000)) conv=notrunc status=none
expect_exit 1 inr-render flipped.inr -o flipped.png
expect_stderr 'flipped\.inr: damaged after 15 '
expect_no_file flipped.png

# A full disk, a reader that went away.
expect_exit 1 bash -c 'inr-render whole.inr > /dev/full'
expect_one_line inr-render
expect_stderr 'stdout: cannot write: No space left'
expect_exit 1 inr-render each whole.inr --format npy -o /dev/full
expect_exit 1 inr-render each whole.inr -o '/proc/nowhere/%d.png'
expect_exit 0 bash -c '(trap - PIPE; inr-render whole.inr --res 400; echo $? > status) | head -c 10 > /dev/null; cat status'
expect_same "status after a closed pipe" "$(cat status)" 141
expect_quiet

# Asked to stop: what was drawn is kept under another name, and nothing else.
inr-render whole.inr --select 0 --res 16384 -o large.png 2>told &
tool=$!
for _ in $(seq 3000); do
  [[ -n $(find . -name 'large.png.tmp-*' -size +100k) ]] && break
  sleep 0.02
done
kill -TERM "$tool"
status=0
wait "$tool" || status=$?
expect_same "status after SIGTERM" "$status" 143
[[ -n $(find . -name large.png.partial -size +100k) ]] || fail "what was drawn is not kept"
grep -q 'interrupted by SIGTERM' told || fail "it does not say that it was interrupted: $(cat told)"
expect_no_file large.png
# A loop of a shell around it stops, too.
cat >loop.py <<'PYTHON'
import glob, os, signal, subprocess, time
loop = "for i in 1 2; do inr-render whole.inr --select 0 --res 16384 -o loop-$i.png; done; echo on"
child = subprocess.Popen(["bash", "-c", loop], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
                         preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
while not glob.glob("loop-1.png.tmp-*"): time.sleep(0.02)
os.killpg(child.pid, signal.SIGINT)
said = child.communicate(timeout=60)[0]
assert child.returncode == -signal.SIGINT and not said and not glob.glob("loop-2*"), (child.returncode, said)
PYTHON
python3 loop.py || fail "a loop goes on after Ctrl-C"

# A disc that fills up, here at the largest size of a file: what has got there is kept.
for name in grid.png grid.jpg; do
  # shellcheck disable=SC2016  # expanded by the inner shell
  expect_exit 1 bash -c 'trap "" XFSZ; ulimit -f 4; inr-render "$@"' sh whole.inr --res 600 -o $name
  expect_stderr "kept in $name.partial"
  expect_stderr "$name: cannot write: File too large"
  expect_file $name.partial
  expect_no_file $name
done

find . -name '*.tmp-*' | grep . && fail "temporary files stay behind"
true
