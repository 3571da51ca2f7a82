# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-sample inr-train
# What the formats hold, seen by other readers.
expect_exit 0 inr-train --iterations 0 -o run --preset tiny32
export INR_CHECKPOINT=$PWD/run
inr-sample -n 5 >s.inr || fail "inr-sample"
inr-render each s.inr --format npy >values.npy || fail "npy"
inr-render each s.inr --format ppm >pictures.ppm || fail "ppm"
inr-render s.inr --columns 1 --format ppm -o column.ppm || fail "a column"
python3 - <<'PYTHON' || fail "npy and ppm disagree"
import struct, ast
with open("values.npy", "rb") as file:
    magic, length = file.read(8), struct.unpack("<H", file.read(2))[0]
    header = ast.literal_eval(file.read(length).decode())
    data = file.read()
assert magic == b"\x93NUMPY\1\0" and (10 + length) % 64 == 0, magic
assert header == {"descr": "<f4", "fortran_order": False, "shape": (5, 3, 32, 32)}, header
values = struct.unpack("<%df" % (len(data) // 4), data)
assert len(values) == 5 * 3 * 32 * 32 and all(-1 <= v <= 1 for v in values)
assert max(values) - min(values) > 0.05
float32 = lambda x: struct.unpack("<f", struct.pack("<f", x))[0]  # rounded after each operation
level = [int(min(max(float32(float32(127.5 * v) + 128), 0), 255)) for v in values]
pixels = bytes(level[((n * 3 + c) * 32 + y) * 32 + x] for n in range(5) for y in range(32) for x in range(32) for c in range(3))
one = b"P6\n32 32\n255\n"
assert open("pictures.ppm", "rb").read() == b"".join(one + pixels[i * 3072:(i + 1) * 3072] for i in range(5))
column = open("column.ppm", "rb").read()
assert column == b"P6\n32 160\n255\n" + pixels, column[:20]
PYTHON

for format in png png16 jpg ppm; do
  expect_exit 0 inr-render s.inr --res 20 --format $format -o picture.$format
  expect_exit 0 inr-info --check picture.$format
  expect_stdout 'whole: 60x40'
done
expect_exit 0 inr-render each s.inr -o film.y4m
expect_exit 0 inr-info film.y4m
expect_stdout 'whole: 32x32, 5 frames'
# The name tells the format; each file of each is a picture of its own.
expect_exit 0 inr-render s.inr -o picture.jpeg
expect_exit 0 inr-info picture.jpeg
expect_stdout 'JPEG picture, whole'
expect_exit 0 inr-render each s.inr -o 'each/%03d.ppm'
cat each/00?.ppm >joined.ppm
same_bytes pictures.ppm joined.ppm
# One record that was selected is one picture, and one file.
expect_exit 0 inr-render each s.inr --select 1 -o second.png
inr-render each s.inr -o 'numbered/%d.png'
same_bytes second.png numbered/1.png

expect_exit 0 inr-render zoom s.inr --to 0.2,0.2,0.6,0.6 --frames 1 --res 20 -o one-frame.png
inr-render zoom s.inr --res 20x20 -o still.png
expect_exit 0 inr-info --check one-frame.png
# Names where a number might stand: "%%" is a percent sign; elsewhere a name is taken as it is.
expect_exit 0 inr-render each s.inr -o '100%%.ppm'
same_bytes pictures.ppm '100%.ppm'
expect_exit 0 inr-render each s.inr -o 'a%%b%.y4m'
same_bytes film.y4m 'a%%b%.y4m'
expect_exit 0 inr-render each s.inr -o 'folder-%d/x.ppm'
cat folder-?/x.ppm >joined.ppm
same_bytes pictures.ppm joined.ppm

# stdout by any of its names is written to where it stands.
for name in - /dev/stdout /dev/fd/1 /proc/self/fd/1; do
  {
    echo HEAD
    inr-render each s.inr --format ppm -o $name
    inr-render each s.inr --format ppm -o $name
    echo TAIL
  } >both
  cmp -s both <(echo HEAD && cat pictures.ppm pictures.ppm && echo TAIL) || fail "-o $name replaces what stdout held"
done
ln -s /dev/stdout link
inr-render each s.inr --format ppm -o link >both
same_bytes pictures.ppm both
inr-render each s.inr --format ppm -o /dev/stdout | cmp -s - pictures.ppm || fail "-o /dev/stdout into a pipe"
{ echo HEAD >&7 && inr-render each s.inr --format npy -o /dev/fd/7; } 7>both
cmp -s both <(echo HEAD && cat values.npy) || fail "-o /dev/fd/7 replaces what it held"

# 16 bit: the function's values themselves, not 8 bit made wider.
expect_exit 0 inr-render s.inr --columns 1 --format png16 -o deep.png
python3 - <<'PYTHON' || fail "png16 and npy disagree"
import struct, zlib
data, at, packed = open("deep.png", "rb").read(), 8, b""
while at < len(data):
    n = struct.unpack(">I", data[at:at + 4])[0]
    packed += data[at + 8:at + 8 + n] if data[at + 4:at + 8] == b"IDAT" else b""
    at += n + 12
assert data[16:26] == struct.pack(">IIBB", 32, 160, 16, 2)
raw, rows, above = zlib.decompress(packed), [], bytes(192)
for y in range(160):
    kind, row = raw[193 * y], bytearray(raw[193 * y + 1:193 * (y + 1)])
    for i in range(192):
        a, b, c = row[i - 6] if i >= 6 else 0, above[i], above[i - 6] if i >= 6 else 0
        p = a + b - c
        nearest = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
        row[i] = (row[i] + (0, a, b, (a + b) // 2, nearest)[kind]) & 255
    above = bytes(row)
    rows.append(struct.unpack(">96H", above))
values = struct.unpack("<15360f", open("values.npy", "rb").read()[128:])
float32 = lambda x: struct.unpack("<f", struct.pack("<f", x))[0]
level = lambda v: int(min(max(float32(float32(32767.5 * v) + 32768), 0), 65535))
want = [[level(values[((n * 3 + c) * 32 + y) * 32 + x]) for x in range(32) for c in range(3)] for n in range(5) for y in range(32)]
assert [list(row) for row in rows] == want
assert any(v % 257 for row in want for v in row)
PYTHON

# Both kernels at once: the fast one's picture, and one line of how far they are apart.
expect_exit 0 inr-render s.inr --res 48 --kernel check -o checked.png
expect_one_line inr-render
expect_stderr 'the kernels differ by at most ([0-9.]+e-0[5-9]|0) '
inr-render s.inr --res 48 -o fast.png
same_bytes checked.png fast.png
expect_exit 0 inr-render s.inr --res 48 --kernel reference -o reference.png
expect_quiet

# Several streams, and one of unknown length: npy needs a file.
expect_exit 2 inr-render each s.inr s.inr --format npy
expect_one_line inr-render
expect_stderr 'write to a file with -o'
# shellcheck disable=SC2016  # expanded by the inner shell
expect_exit 1 bash -c 'cat s.inr s.inr | inr-render each --format npy | cat; exit ${PIPESTATUS[1]}'
expect_stderr 'more pictures follow than the 5'
expect_exit 0 inr-render each s.inr s.inr -o ten.npy
expect_exit 0 inr-info ten.npy
expect_stdout '10.*3.*32.*32'
expect_exit 0 inr-render each s.inr s.inr --select 9,0 --format npy -o /dev/null

# A film's pace, and colours told to be sRGB: the chunks, the same pixels.
expect_exit 0 inr-render each s.inr --fps 12 -o slow.y4m
expect_exit 0 inr-info slow.y4m
expect_stdout 'frame rate: 12:1'
expect_exit 0 inr-render s.inr --res 20 --srgb -o tagged.png
for chunk in sRGB gAMA cHRM; do grep -qa $chunk tagged.png || fail "--srgb wrote no $chunk"; done
grep -qa 'sRGB\|gAMA' picture.png && fail "colours are tagged without --srgb"
python3 - <<'PYTHON' || fail "--srgb changed the pixels"
import struct, zlib
def pixels(name):
    data, at, out = open(name, "rb").read(), 8, b""
    while at < len(data):
        n = struct.unpack(">I", data[at:at + 4])[0]
        out += data[at + 8:at + 8 + n] if data[at + 4:at + 8] == b"IDAT" else b""
        at += n + 12
    return zlib.decompress(out)
assert pixels("tagged.png") == pixels("picture.png") and len(pixels("tagged.png")) == 40 * (3 * 60 + 1)
PYTHON
