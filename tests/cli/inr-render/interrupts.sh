# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: fault
# needs: inr-sample inr-train
# A signal in the middle: it is heard at once, and what was drawn is kept, of one cell, of several, of many files, of
# numbers, and while input is waited for.
expect_exit 0 inr-train --iterations 0 -o run --preset tiny32
export INR_CHECKPOINT=$PWD/run
inr-sample -n 4 >s.inr || fail "inr-sample"
cat >stopped.py <<'PYTHON'
# stopped.py SIGNAL PATTERN BYTES COMMAND...: sends the signal when the files of the pattern hold so many bytes in all;
# the last line printed is how many seconds later the command ended by it.
import glob, os, signal, subprocess, sys, time
number, pattern, n_bytes, command = getattr(signal, sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4:]
child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
end = time.monotonic() + 120
size = lambda: sum(os.path.getsize(name) for name in glob.glob(pattern) if os.path.exists(name))
while size() < n_bytes:
    assert child.poll() is None, f"ended with {child.returncode} before"
    assert time.monotonic() < end, "too slow"
    time.sleep(0.01)
child.send_signal(number)
sent = time.monotonic()
assert child.wait(120) == -number, child.returncode
print(time.monotonic() - sent)
PYTHON
# stopped SIGNAL PATTERN BYTES COMMAND...: ended by it in less than two seconds, with a line that says so.
stopped() {
  expect_exit 0 python3 stopped.py "$@"
  expect_stderr "interrupted by $1"
  awk '{ exit !($1 < 2) }' "$CASE_FOLDER/.stdout" || fail "$* ended after $(cat "$CASE_FOLDER/.stdout") s"
}
size_of() { stat -c %s "$1"; }

# A grid: 2 x 2 cells of 4096 pixels, a row of 4, and a single one. By a thread that draws a cell, and threads that share.
for layout in '--columns 2 --threads 1' '--columns 4 --threads 1' '--columns 2 --threads 2' '--select 0 --threads 1'; do
  # shellcheck disable=SC2086  # words
  stopped SIGINT 'large.ppm.tmp-*' 10000000 inr-render s.inr --res 8192 $layout -o large.ppm
  expect_stderr 'kept in large\.ppm\.partial'
  expect_no_file large.ppm
  (($(size_of large.ppm.partial) >= 10000000)) || fail "$layout: what was drawn is not kept"
  rm large.ppm.partial
done

# Pictures that several threads draw, each its own: those that are complete are there.
stopped SIGTERM 'each/0.ppm' 1 inr-render each s.inr s.inr --res 3000 --threads 2 --batch 2 -o 'each/%d.ppm'
n=$(find each -name '*.ppm' | wc -l)
((n >= 2 && n < 8)) || fail "$n pictures are there"
find each -name '*.ppm' -size -27000000c | grep . && fail "a picture is not whole"

# Numbers: the header counts the pictures that are whole.
stopped SIGHUP 'n.npy.tmp-*' 30000000 inr-render each s.inr s.inr s.inr s.inr --res 1500 --threads 2 --batch 2 -o n.npy
python3 - <<'PYTHON' || fail "the header of n.npy.partial"
import ast
with open("n.npy.partial", "rb") as file:
    header = ast.literal_eval(file.read(128)[10:].decode())
    n, size = header["shape"][0], file.seek(0, 2)
assert n > 0 and n == (size - 128) // (12 * 1500 * 1500) and header["shape"][1:] == (3, 1500, 1500), (header, size)
PYTHON
# A disc that fills up in the middle of them.
# shellcheck disable=SC2016  # expanded by the inner shell
expect_exit 1 bash -c 'trap "" XFSZ; ulimit -f 100; inr-render each s.inr --res 50 -o full.npy' # 102400 bytes, 3.4 pictures
expect_stderr 'full\.npy: cannot write: File too large'
head -c 128 full.npy.partial | grep -aq "'shape': (3, 3, 50, 50)" || fail "the header of full.npy.partial"

# While input is waited for, before the first record and after three of four.
inr-sample -n 3 >three.inr
record=$(($(size_of s.inr) - $(size_of three.inr)))
mkfifo pipe
for n_bytes in 0 1; do
  rm -rf waiting
  inr-render each pipe -o 'waiting/%d.png' --batch 1 2>told &
  tool=$!
  exec 7>pipe
  ((n_bytes == 0)) || head -c $(($(size_of s.inr) - record - 16)) s.inr >&7
  for _ in {1..600}; do
    ((n_bytes == 0)) || [[ -e waiting/2.png ]] && break
    sleep 0.05
  done
  ((n_bytes == 0)) || expect_file waiting/2.png
  sleep 0.3
  kill -TERM $tool
  status=0
  wait $tool || status=$?
  exec 7>&-
  expect_same "status after SIGTERM, $n_bytes" $status 143
done

find . -name '*.tmp-*' | grep . && fail "temporary files stay behind"
true
