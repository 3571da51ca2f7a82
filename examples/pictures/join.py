#!/usr/bin/env python3
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
"""join.py COLUMNS < PICTURES.ppm > PICTURE.png: pictures that follow one another, as inr-render each writes them, side by
side. Smaller ones are shown as large as the largest, each of their pixels as a square."""
import struct, sys, zlib


def read_ppm(file):
    """(width, rows of RGB bytes) of every picture of a P6 stream, as inr-render writes it: three lines of header."""
    while line := file.readline():
        if line != b"P6\n":
            raise SystemExit("join.py: no PPM of inr-render")
        width, height = map(int, file.readline().split())
        file.readline()
        yield width, [file.read(3 * width) for _ in range(height)]


def enlarge(width, rows, size):
    factor = size // width
    wide = [b"".join(row[3 * x:3 * x + 3] * factor for x in range(width)) for row in rows]
    return [row for row in wide for _ in range(factor)]


def filtered(row, above):
    """The PNG filter with the smallest sum of absolute differences, of Up and Paeth."""
    left, corner = bytes(3) + row[:-3], bytes(3) + above[:-3]
    paeth = bytearray()
    for x, a, b, c in zip(row, left, above, corner):
        p = a + b - c
        near = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
        paeth.append(x - near & 255)
    up = bytes(x - b & 255 for x, b in zip(row, above))
    return min(b"\2" + up, b"\4" + bytes(paeth), key=lambda line: sum(min(v, 256 - v) for v in line[1:]))


def write_png(file, width, rows):
    lines = [filtered(row, above) for row, above in zip(rows, [bytes(3 * width)] + rows)]
    file.write(b"\x89PNG\r\n\x1a\n")
    head = struct.pack(">IIBBBBB", width, len(rows), 8, 2, 0, 0, 0)
    for kind, data in (b"IHDR", head), (b"IDAT", zlib.compress(b"".join(lines), 9)), (b"IEND", b""):
        file.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))


if __name__ == "__main__":
    columns = int(sys.argv[1])
    pictures = list(read_ppm(sys.stdin.buffer))
    size = max(width for width, _ in pictures)
    cells = [enlarge(width, rows, size) for width, rows in pictures]
    cells += [[b"\xff" * 3 * size] * len(cells[0])] * (-len(cells) % columns)
    grid = [cells[i:i + columns] for i in range(0, len(cells), columns)]
    write_png(sys.stdout.buffer, size * columns, [b"".join(line) for row in grid for line in zip(*row)])
