# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the scripts in tests/cli/<tool>/ use. Every expectation that is not met prints why and ends the case with status 1.
# The streams of the last command run by expect_exit lie in $CASE_FOLDER/.stdout and .stderr.

fail() {
  echo "FAILED: $*" >&2
  for stream in .stdout .stderr; do
    [[ -s $CASE_FOLDER/$stream ]] || continue
    echo "--- last $stream, first 20 lines" >&2
    head -n 20 "$CASE_FOLDER/$stream" | head -c 4000 | cat -v >&2
  done
  exit 1
}

# expect_exit CODE COMMAND [ARGUMENT...]: stdin is passed on. For a pipe: expect_exit 0 bash -o pipefail -c 'a | b'.
expect_exit() {
  local want=$1 got=0
  shift
  "$@" >"$CASE_FOLDER/.stdout" 2>"$CASE_FOLDER/.stderr" || got=$?
  [[ $got == "$want" ]] || fail "exit status $got instead of $want: $*"
}

# expect_stderr PATTERN: an extended regular expression on some line of the last stderr.
expect_stderr() { grep -qE -- "$1" "$CASE_FOLDER/.stderr" || fail "stderr has no line like: $1"; }

# expect_stdout PATTERN
expect_stdout() { grep -aqE -- "$1" "$CASE_FOLDER/.stdout" || fail "stdout has no line like: $1"; }

# refuse_stderr PATTERN, refuse_stdout PATTERN: no such line.
refuse_stderr() { ! grep -qE -- "$1" "$CASE_FOLDER/.stderr" || fail "stderr has a line like: $1"; }
refuse_stdout() { ! grep -aqE -- "$1" "$CASE_FOLDER/.stdout" || fail "stdout has a line like: $1"; }

# One line on stderr, that starts with the tool's name and mentions no LibTorch source.
expect_one_line() {
  local n
  n=$(wc -l <"$CASE_FOLDER/.stderr")
  [[ $n == 1 ]] || fail "stderr has $n lines instead of one"
  grep -qE "^$1: .+" "$CASE_FOLDER/.stderr" || fail "stderr does not start with '$1: '"
  refuse_stderr 'Exception raised from|terminate called|\.cpp:[0-9]+'
}

# expect_refusal STATUS PATTERN TOOL ARGUMENT...: one line of TOOL's on stderr that says why, nothing on stdout.
expect_refusal() {
  local status=$1 pattern=$2 tool=$3
  shift 2
  expect_exit "$status" "$@"
  expect_one_line "$tool"
  expect_stderr "$pattern"
  refuse_stdout .
}

# expect_quiet: nothing on stderr.
expect_quiet() { [[ ! -s $CASE_FOLDER/.stderr ]] || fail "stderr is not empty"; }

# same_bytes A B [C...]: all files equal the first.
same_bytes() {
  local first=$1
  shift
  for other in "$@"; do
    cmp -s -- "$first" "$other" || fail "$first and $other differ: $(cmp -- "$first" "$other" 2>&1)"
  done
}

# expect_file FILE: exists and is not empty. expect_no_file FILE: does not exist.
expect_file() { [[ -s $1 ]] || fail "$1 is missing or empty"; }
expect_no_file() { [[ ! -e $1 ]] || fail "$1 exists"; }

# expect_same WHAT GOT WANT
expect_same() { [[ $2 == "$3" ]] || fail "$1: '$2' instead of '$3'"; }

# peak_kb COMMAND...: runs it (stdout to /dev/null) and prints the peak resident memory of the largest process in KiB.
peak_kb() {
  python3 - "$@" <<'PYTHON' 2>"$CASE_FOLDER/.stderr" || fail "peak_kb: $*"
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status != 0)
PYTHON
}

# elapsed_ms COMMAND...: wall time, output discarded.
elapsed_ms() {
  local begin end
  begin=$(date +%s%N)
  "$@" >/dev/null 2>&1
  end=$(date +%s%N)
  echo $(((end - begin) / 1000000))
}

# skip WHY: ctest shows the case as skipped.
skip() {
  echo "skipped: $*" >&2
  exit 77
}

# tensor_hashes CHECKPOINT: a line a tensor, name and hash of its bytes.
tensor_hashes() {
  python3 - "$1" <<'PYTHON' || fail "cannot read $1"
import hashlib, json, struct, sys
raw = open(sys.argv[1], "rb").read()
n = struct.unpack("<Q", raw[:8])[0]
header = json.loads(raw[8:8 + n])
for name, info in sorted(header.items()):
    if name != "__metadata__":
        begin, end = info["data_offsets"]
        print(name, hashlib.sha256(raw[8 + n + begin:8 + n + end]).hexdigest())
PYTHON
}
