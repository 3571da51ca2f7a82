# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-prep inr-sample
# Statistics by shards and merged are those of one program, for every kind of side; parts that do not fit are refused.
sample() { inr-sample --checkpoint "$SOURCE/libcore/data/default.safetensors" "$@"; }
sample -n 21 --seed 1 >side.inr || fail "inr-sample"
mkdir folder
for i in 10 11 12 13 14 15 16 17; do { printf 'P6 %d 20 255\n' $i; head -c $((i * 60)) /dev/urandom; } >folder/$i.ppm; done
python3 -c 'import zipfile, glob
with zipfile.ZipFile("side.zip", "w") as z: [z.write(name) for name in sorted(glob.glob("folder/*"))]'
inr-prep folder -o side.inrd --size 16 --filter box || fail "inr-prep"

# one SIDE N [OPTION...]: in N shards and as one.
one() {
  local side=$1 n=$2 parts=()
  shift 2
  expect_exit 0 inr-fid stats "$side" -o whole.npz "$@"
  for ((i = n; i >= 1; --i)); do
    expect_exit 0 inr-fid stats "$side" --shard $i/"$n" -o part$i.npz --threads 1 --batch $i "$@"
    expect_stdout "^shard $i/$n "
    parts+=(part$i.npz)
  done
  expect_exit 0 inr-fid merge "${parts[@]}" -o merged.npz
  python3 - <<'PYTHON' || fail "$side: merged parts are not the whole"
import json, struct, zipfile
def load(path):
    with zipfile.ZipFile(path) as z:
        def array(name, code):
            raw = z.read(name + ".npy")
            head = struct.unpack("<H", raw[8:10])[0]
            return struct.unpack("<%d%s" % ((len(raw) - 10 - head) // struct.calcsize(code), code), raw[10 + head:])
        return array("mu", "d"), array("sigma", "d"), json.loads(bytes(array("info", "B")))
(mu_a, sigma_a, a), (mu_b, sigma_b, b) = load("whole.npz"), load("merged.npz")
assert a == b, (a, b)
for x, y in ((mu_a, mu_b), (sigma_a, sigma_b)):
    largest = max(map(abs, x))
    assert max(abs(p - q) for p, q in zip(x, y)) <= 1e-9 * largest
PYTHON
  cp merged.npz "$(basename "$side").merged"
}
one side.inr 4
one folder 3
one side.zip 2
one side.inrd 4
one "$SOURCE/libcore/data/default.safetensors" 3 -n 21 --seed 1
# The checkpoint's samples are the stream's.  (21 images for 256 features: 1e-3 is as near as it gets.)
expect_exit 0 inr-fid --real side.inr.merged --fake default.safetensors.merged --allow-few --json
python3 -c 'import json; assert abs(json.load(open(".stdout"))["fid"]) < 1e-3' || fail "stream and checkpoint differ"
expect_exit 0 bash -c 'inr-fid stats - --shard 2/4 -o piped.npz <side.inr'
expect_exit 0 inr-fid stats side.inr --shard 2/4 -o part2.npz

# Refused: incomplete, doubled, from elsewhere; statistics where a part belongs and the reverse.
for i in 1 2 3; do inr-fid stats side.inr --shard $i/3 -o p$i.npz --quiet >/dev/null || fail "inr-fid stats"; done
refused() { # STATUS PATTERN ARGUMENT...
  expect_refusal "$1" "$2" inr-fid "${@:3}"
  expect_no_file out.npz
}
refused 1 'shard 2/3 is missing' merge p1.npz p3.npz -o out.npz
refused 1 'p2.npz and p2.npz: both are shard 2/3' merge p1.npz p2.npz p2.npz p3.npz -o out.npz
refused 1 'p1.npz and piped.npz: not the same side: stream side.inr and stream stdin' merge p1.npz piped.npz -o out.npz
refused 1 'part2.npz: not the same number of shards: 1/3 and 2/4' merge p1.npz part2.npz p3.npz -o out.npz
inr-fid stats folder --shard 2/3 -o other.npz --quiet >/dev/null
refused 1 'p1.npz and other.npz: not the same' merge p1.npz other.npz p3.npz -o out.npz
refused 1 'whole.npz: is not a shard' merge whole.npz -o out.npz
refused 1 'p1.npz: is shard 1 of 3; .*inr-fid merge' --real p1.npz --fake side.inr --allow-few
refused 1 'cannot give a covariance' stats side.inr --shard 1/21 -o out.npz
refused 1 'side.inr: holds 5 pictures, 6 were asked for' stats side.inr -n 24 --shard 4/4 -o out.npz
refused 2 '"5/4" is not a shard' stats side.inr --shard 5/4 -o out.npz
refused 2 'takes one side' stats -o out.npz
refused 2 'name it with -o' stats side.inr
refused 2 '-o p1.npz would replace what merge reads' merge p1.npz p2.npz p3.npz -o p1.npz
refused 2 'neither stats nor merge' score side.inr -o out.npz
refused 2 'stats does not take --kid' stats side.inr --kid -o out.npz
refused 2 'belong to inr-fid stats and merge' --real side.inr --fake side.inr --shard 1/2
