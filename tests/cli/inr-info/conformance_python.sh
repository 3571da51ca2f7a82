# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The reader and evaluator of examples/read-stream on every stream of the conformance set ($INR_CONFORMANCE_DIR, else
# tests/conformance), which is as its script makes it. Then readers that are wrong in one place, which have to be found.
set=$SOURCE/tests/conformance
check() { python3 "$set/check.py" --folder "$1" python3 "$2/inr_function.py"; }
export PYTHONDONTWRITEBYTECODE=1
expect_exit 0 python3 "$set/make.py" --check
expect_exit 0 check "${INR_CONFORMANCE_DIR:-$set}" "$SOURCE/examples/read-stream"

mkdir few
for name in fmm split-adain released-bilinear-norm broken-flipped-theta broken-count-of-end; do
  cp "$set/$name".* few/
done
# found FILE FROM TO STREAM FAULT: with FROM in FILE replaced by TO, STREAM is read wrong.
found() {
  rm -rf wrong
  cp -r "$SOURCE/examples/read-stream" wrong
  python3 - "wrong/$1" "$2" "$3" <<'PYTHON' || fail "$1 has no '$2'"
import pathlib, sys
path, old, new = pathlib.Path(sys.argv[1]), *sys.argv[2:]
text = path.read_text()
path.write_text(text.replace(old, new))
sys.exit(old not in text)
PYTHON
  expect_exit 1 check few wrong
  expect_stdout "^$4 .*WRONG: $5"
}
found inr_function.py '[math.cos(t) for t' '[-math.cos(t) for t' fmm 'beyond the tolerance'
found inr_function.py 'g * s_b * s + b' 'g * s_b * s - b' split-adain 'beyond the tolerance'
found inr_function.py '(len(values) - 1)' 'len(values)' released-bilinear-norm 'beyond the tolerance'
found read_stream.py '== crc32c(data)' '>= 0' broken-flipped-theta "verdict 'whole 3' instead of 'damaged 1'"
found read_stream.py '[0] == n_records and' '[0] and' broken-count-of-end "verdict 'whole 3' instead of 'damaged 3'"

# And a set in which one bit of a stream is not as it was made.
cp -r "$set" other
printf '\x01' | dd of=other/fmm.inr bs=1 seek=300 conv=notrunc status=none
expect_exit 1 python3 "$set/make.py" --check other
expect_stderr 'fmm\.inr has other bytes'
