# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-sample
# Wrong use, foreign and damaged inputs: the right status and one line each, nothing on stdout.

refused() { expect_refusal "$1" "$2" inr-fid "${@:3}"; } # STATUS PATTERN ARGUMENT...

inr-sample -n 5 >five.inr || fail "inr-sample"
cp "$SOURCE/LICENSE" text
mkdir empty run
touch run/log.jsonl nothing

refused 2 'give --real and --fake' </dev/null
refused 2 'one side alone has no score' --real five.inr
refused 2 'cannot both be stdin' --real - --fake -
refused 2 '-n' --real five.inr --fake five.inr -n 1
refused 2 '--threshold needs a score' --real five.inr --save-stats s.npz --threshold 3
refused 2 '100 images for 256 features.*--allow-few' --real five.inr --fake five.inr -n 100
expect_no_file s.npz

refused 1 'five.inr: 5 images for 256 features.*--allow-few' --real five.inr --fake five.inr
refused 1 'five.inr: holds 5 pictures, 6 were asked for' --real five.inr --n-real 6 --fake five.inr --allow-few
refused 1 'absent: cannot open' --real absent --fake five.inr
refused 1 'nothing: the file is empty' --real nothing --fake five.inr
refused 1 'text' --real text --fake five.inr
refused 1 'empty' --real empty --fake five.inr
refused 1 'run' --real five.inr --fake run --allow-few
refused 1 'not a feature network known here' --real five.inr --fake five.inr --allow-few \
  --network "$SOURCE/libcore/data/default.safetensors"
refused 1 'text' --real five.inr --fake five.inr --allow-few --network text

# Inputs cut short: the whole records are not scored in silence.
head -c $(($(stat -c %s five.inr) - 30)) five.inr >cut.inr
refused 1 'cut.inr: .*cut short after 4 ' --real cut.inr --fake five.inr --allow-few
head -c 100 "$SOURCE/libcore/data/default.safetensors" >cut.safetensors
refused 1 'cut.safetensors' --real five.inr --fake cut.safetensors --allow-few -n 2
python3 - <<'PYTHON'
import zipfile, struct
def npy(shape, values):
    head = ("{'descr': '<f8', 'fortran_order': False, 'shape': %s, }" % (shape,)).ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + struct.pack("<%dd" % len(values), *values)
with zipfile.ZipFile("small.npz", "w") as z:
    z.writestr("mu.npy", npy("(2,)", [0, 0]))
    z.writestr("sigma.npy", npy("(2, 2)", [1, 0, 0, 1]))
with zipfile.ZipFile("nan.npz", "w") as z:
    z.writestr("mu.npy", npy("(2,)", [0, float("nan")]))
    z.writestr("sigma.npy", npy("(2, 2)", [1, 0, 0, 1]))
PYTHON
refused 1 'small.npz: .*2 features.*--network' --real small.npz --fake five.inr --allow-few
refused 1 'nan.npz: .*not finite' --real nan.npz --fake small.npz
refused 2 'fixed set' --real small.npz --n-real 5 --fake small.npz

# Statistics of two numbers are enough for a score where nothing says otherwise; their origin is reported as unknown.
expect_exit 0 inr-fid --real small.npz --fake small.npz --json
expect_stdout '"network":null'
expect_stderr 'do not say from how many images'
