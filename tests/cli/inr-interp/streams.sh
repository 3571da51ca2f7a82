# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-sample inr-train
# Key points from streams: by every way in, of any dtype, several in a row; what cannot be a film ends in one line.
expect_exit 0 inr-train --iterations 0 -o run --preset tiny32
expect_exit 0 inr-train --iterations 0 -o other --preset tiny32 --seed 1
export INR_CHECKPOINT=$PWD/run
inr-sample --seeds 1,2 >keys.inr
expect_exit 0 inr-interp keys.inr --frames 3 -o file.inr
inr-interp --frames 3 <keys.inr >stdin.inr
cat keys.inr | inr-interp --frames 3 | cat >piped.inr
inr-interp - --frames 3 --path line --space params <keys.inr >dash.inr
inr-interp --seeds 1,2 --space params --frames 3 >seeds.inr
same_bytes file.inr stdin.inr piped.inr dash.inr seeds.inr

inr-sample --seeds 3 --half >half.inr
inr-sample -n 2 --seed 4 >indexed.inr
cat keys.inr indexed.inr | inr-interp --frames 2 >two.inr || fail "two streams of one model"
cat half.inr half.inr | inr-interp --frames 2 >halves.inr || fail "float16 key points"
cat half.inr keys.inr | inr-interp --frames 2 >mixed.inr || fail "float16 and float32 key points"
inr-interp --frames 2 <two.inr >film-of-film.inr || fail "the frames of a film as key points"
python3 - "$SOURCE/examples/read-stream" <<'PYTHON' || fail "films of streams are not what they should be"
import sys
sys.path.insert(0, sys.argv[1])
from array import array
from read_stream import read_streams
def read(name):
    with open(name + ".inr", "rb") as f:
        f.seek(12)
        flags = f.read(4)[0]
        f.seek(0)
        records = list(read_streams(f))
    return [info for _, info, _ in records], [array("f", theta).tobytes() for *_, theta in records], flags
infos, frames, flags = read("two")
assert frames[::2] == read("keys")[1] + read("indexed")[1] and flags == 0
assert infos[0]["seeds"] == [1, 2] and infos[0]["space"] == "params", infos[0]
assert infos[3]["seeds"] == [2, 4], infos[3]
assert infos[5]["keys"] == [{"seed": 4, "index": 0}, {"seed": 4, "index": 1}], infos[5]
infos, frames, flags = read("halves")
assert flags == 1 and frames == read("half")[1] * 3, "float16"
assert infos[0]["keys"] == [{"seed": 3, "index": 0, "dtype": "F16"}] * 2, infos[0]
infos, frames, flags = read("mixed")
assert flags == 0 and frames[::2] == read("half")[1] + read("keys")[1], "float16 and float32"
infos, frames, flags = read("film-of-film")
assert frames[::2] == read("two")[1] and infos[1]["keys"][0]["seeds"] == [1, 2], infos[1]
PYTHON

# Whole key points or none.
for n in $(($(stat -c %s keys.inr) - 1)) 30000 20 0; do
  expect_exit 1 bash -o pipefail -c "head -c $n keys.inr | inr-interp --frames 3 >cut.inr"
  expect_one_line inr-interp
  [[ ! -s cut.inr ]] || fail "frames of a stream that was cut after $n bytes"
done
expect_exit 1 inr-interp half.inr -o x.inr
expect_one_line inr-interp
expect_stderr 'half.inr: holds one key point'
expect_exit 1 inr-interp -o x.inr <run/checkpoint-000000000.safetensors
expect_one_line inr-interp
expect_exit 1 bash -o pipefail -c 'cat keys.inr <(inr-sample -n 2 --checkpoint other) | inr-interp -o x.inr'
expect_one_line inr-interp
expect_stderr 'streams of different models'
# Without the hash of the model its weights tell.
python3 - keys.inr same-hash.inr <<'PYTHON'
import struct, sys
def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8): crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
data = bytearray(open(sys.argv[1], "rb").read())
end = 24 + struct.unpack("<Q", data[16:24])[0]
data[end - 1] ^= 1
data[end:end + 4] = struct.pack("<I", crc32c(data[:end]))
open(sys.argv[2], "wb").write(data)
PYTHON
expect_exit 1 bash -o pipefail -c 'cat keys.inr same-hash.inr | inr-interp -o x.inr'
expect_stderr 'streams of different models'
expect_no_file x.inr
expect_exit 1 bash -c 'inr-interp --frames 3 keys.inr >/dev/full'
expect_one_line inr-interp
