# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-sample inr-train
# Key points appear in the film as they are sampled; counts, spaces and paths; what frames say of themselves; the same
# bytes for all batches and threads.
expect_exit 0 inr-train --iterations 0 -o run --preset tiny32
export INR_CHECKPOINT=$PWD/run
expect_exit 0 inr-interp --seeds 1,2,3 --frames 4 -o open.inr
expect_exit 0 inr-interp --seeds 1,2,3 --frames 4 --loop -o loop.inr
inr-interp --seeds 1,2,3 --frames 4 --threads 1 --batch 2 >again.inr
same_bytes open.inr again.inr
inr-interp --seeds 1,2,3 --frames 4 | cat >piped.inr
same_bytes open.inr piped.inr
inr-sample --seeds 1-3 >keys.inr
inr-sample --seeds 1-3 --truncation 0.5 >keys-0.5.inr
for space in z w params; do
  expect_exit 0 inr-interp --seeds 1-3 --frames 20 --space $space --ease cosine -o $space.inr
  expect_exit 0 inr-interp --seeds 1-3 --frames 20 --space $space --truncation 0.5 -o $space-0.5.inr
done
expect_exit 0 inr-interp --seeds 1-3 --frames 20 --path line -o line.inr
expect_exit 0 inr-interp --seeds 2,3 --frames 4 -o leg.inr
expect_exit 0 inr-interp --seeds 5,5 --frames 3 -o still.inr
expect_exit 0 inr-interp --seeds 1,2 --frames 1 --half -o half.inr
inr-sample --seeds 1,2 --half >keys-half.inr

# Latents: a row and its opposite, which a half circle joins; rows of h.
python3 - <<'PYTHON'
import struct
def npy(path, rows):
    head = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }" % (len(rows), len(rows[0]))
    head += " " * (63 - (10 + len(head)) % 64) + "\n"
    with open(path, "wb") as f:
        f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode())
        for row in rows: f.write(struct.pack("<%df" % len(row), *row))
z = [((i * 7) % 13 - 6) / 4 for i in range(64)]
npy("z.npy", [z, [-x for x in z]])
npy("w.npy", [[(i % 5) / 5 for i in range(128)], [(i % 3) / 3 for i in range(128)]])
PYTHON
expect_exit 0 inr-interp --latents z.npy --frames 2 -o opposite.inr
expect_exit 0 inr-interp --latents z.npy --frames 2 --path line -o through.inr
expect_exit 0 inr-interp --latents w.npy --space w --frames 4 -o rows-w.inr
inr-sample --latents z.npy >keys-z.inr
inr-sample --latents w.npy --space w >keys-w.inr

python3 - "$SOURCE/examples/read-stream" <<'PYTHON' || fail "films are not what they should be"
import sys
sys.path.insert(0, sys.argv[1])
from array import array
from read_stream import read_streams
def read(name):
    with open(name + ".inr", "rb") as f: records = list(read_streams(f))
    assert records[0][0].count == len(records), name
    return [info for _, info, _ in records], [array("f", theta).tobytes() for *_, theta in records], [theta for *_, theta in records]
def worst(a, b): return max(abs(x - y) for x, y in zip(a, b))

infos, frames, _ = read("open")
assert len(frames) == 9 and [i["t"] for i in infos] == [0, 0.25, 0.5, 0.75] * 2 + [0], infos
assert infos[5] == {"frame": 5, "from": 1, "to": 2, "t": 0.25, "seeds": [2, 3], "space": "z", "path": "sphere",
                    "step": 1, "frames": 4, "ease": "linear"}, infos[5]
closed, looped, _ = read("loop")
assert len(looped) == 12 and looped[:8] == frames[:8] and closed[11]["seeds"] == [3, 1], closed[11]
films = {}
for truncation in "", "-0.5":
    keys = read("keys" + truncation)[1]
    for space in "z", "w", "params":
        infos, frames, films[space] = read(space + truncation)
        assert frames[::20] == keys, f"key points of {space}{truncation}"
        assert ("truncation" in infos[7]) == bool(truncation) and infos[7]["space"] == space, infos[7]
    assert max(worst(a, b) for a, b in zip(films["w"], films["params"])) < 1e-5, "theta is linear in h"
    assert worst(films["z"][10], films["params"][10]) > 1e-3, "z and params give the same film"
a, middle, b = films["params"][0], films["params"][10], films["params"][20]
assert worst(middle, [(x + y) / 2 for x, y in zip(a, b)]) < 1e-6, "the middle of params is the mean"
assert read("line")[1][::20] == read("keys")[1], "key points of the straight line"
assert read("line")[1][10] != read("z")[1][10], "the line and the sphere are one"
assert read("leg")[1] == read("open")[1][4:], "a leg depends on its film"
assert len(set(read("still")[1])) == 1, "a film from a key point to itself"
assert read("half")[1] == read("keys-half")[1], "key points in float16"
for name, keys, n in ("opposite", "z", 2), ("through", "z", 2), ("rows-w", "w", 4):
    infos, frames, _ = read(name)
    assert frames[::n] == read("keys-" + keys)[1], name
    assert infos[1]["keys"] == [{"latents": keys + ".npy", "row": 0}, {"latents": keys + ".npy", "row": 1}], infos[1]
assert read("opposite")[1][1] != read("through")[1][1], "opposite latents are joined through zero"
PYTHON
