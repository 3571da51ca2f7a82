#!/usr/bin/env python3
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
"""deep_zoom.py PICTURE.ppm NAME.dzi: is NAME.dzi the Deep Zoom pyramid of the picture, in tiles of PNG?

By the specification: size, tile size and overlap from the description; levels of half the sides, rounded up, down to
1 x 1; every tile there with its overlaps, and no other file; a pixel of a level the rounded mean of four below.
"""
import os
import re
import struct
import sys
import zlib
import xml.etree.ElementTree as xml

SCHEMA = "{http://schemas.microsoft.com/deepzoom/2008}"


def read_ppm(path):
    """Width, height and rows of a P6 picture."""
    data = open(path, "rb").read()
    head = re.match(rb"P6\s(\d+)\s(\d+)\s255\s", data)
    width, height = int(head[1]), int(head[2])
    pixels = data[head.end():]
    assert len(pixels) == width * height * 3, path
    return width, height, [pixels[y * width * 3:(y + 1) * width * 3] for y in range(height)]


def unfilter(kind, row, above):
    """A row of a PNG with three bytes a pixel."""
    row = bytearray(row)
    for i, value in enumerate(row):
        a, b, c = (row[i - 3], above[i], above[i - 3]) if i >= 3 else (0, above[i], 0)
        if kind == 1:
            guess = a
        elif kind == 2:
            guess = b
        elif kind == 3:
            guess = (a + b) // 2
        else:
            p = a + b - c
            far = abs(p - a), abs(p - b), abs(p - c)
            guess = a if far[0] <= min(far[1:]) else b if far[1] <= far[2] else c
        row[i] = (value + (guess if kind else 0)) & 255
    return bytes(row)


def read_png(path):
    """Width, height and rows of an 8-bit RGB picture."""
    data = open(path, "rb").read()
    assert data.startswith(b"\x89PNG\r\n\x1a\n"), path
    at, stream = 8, b""
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        assert zlib.crc32(name + body) == struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0], path
        if name == b"IHDR":
            width, height, bits, colour = struct.unpack(">IIBB", body[:10])
            assert (bits, colour, body[12]) == (8, 2, 0), path
        if name == b"IDAT":
            stream += body
        at += 12 + length
    filtered, rows, above = zlib.decompress(stream), [], bytes(width * 3)
    for y in range(height):
        begin = y * (width * 3 + 1)
        above = unfilter(filtered[begin], filtered[begin + 1:begin + 1 + width * 3], above)
        rows.append(above)
    return width, height, rows


def halve(width, height, rows):
    """The next smaller level; an odd edge is averaged with itself."""
    out = []
    for y in range(0, height, 2):
        upper, lower = rows[y], rows[min(y + 1, height - 1)]
        row = bytearray()
        for x in range(0, width, 2):
            left, right = x * 3, min(x + 1, width - 1) * 3
            row += bytes((upper[left + c] + upper[right + c] + lower[left + c] + lower[right + c] + 2) // 4
                         for c in range(3))
        out.append(bytes(row))
    return (width + 1) // 2, (height + 1) // 2, out


def main(picture, description):
    width, height, rows = read_ppm(picture)
    image = xml.parse(description).getroot()
    size = image.find(SCHEMA + "Size")
    assert image.tag == SCHEMA + "Image" and image.get("Format") == "png", description
    assert (int(size.get("Width")), int(size.get("Height"))) == (width, height), description
    tile, overlap = int(image.get("TileSize")), int(image.get("Overlap"))
    assert (tile, overlap) == (254, 1), description
    folder = description[:-len(".dzi")] + "_files"
    top = (max(width, height) - 1).bit_length()
    levels = [name for name in os.listdir(folder) if name != "vips-properties.xml"]
    assert sorted(levels, key=int) == [str(n) for n in range(top + 1)], levels
    for level in range(top, -1, -1):
        expected = set()
        for row in range(-(-height // tile)):
            for column in range(-(-width // tile)):
                name = f"{column}_{row}.png"
                expected.add(name)
                x0, x1 = max(column * tile - overlap, 0), min((column + 1) * tile + overlap, width)
                y0, y1 = max(row * tile - overlap, 0), min((row + 1) * tile + overlap, height)
                w, h, got = read_png(os.path.join(folder, str(level), name))
                assert (w, h) == (x1 - x0, y1 - y0), f"level {level}, {name}: {w} x {h}"
                assert got == [r[x0 * 3:x1 * 3] for r in rows[y0:y1]], f"level {level}, {name}: other pixels"
        assert set(os.listdir(os.path.join(folder, str(level)))) == expected, f"level {level}: other files"
        if level > 0:
            width, height, rows = halve(width, height, rows)
    assert (width, height) == (1, 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
