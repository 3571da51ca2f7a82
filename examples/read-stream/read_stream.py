#!/usr/bin/env python3
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
"""Reads INR streams (inr-stream.5) from stdin with Python's standard library alone: inr-sample -n 4 | read_stream.py

What the numbers of a record mean, inr_function.py beside this file says: it evaluates them.
"""
import json
import struct
import sys

CHUNK = 1 << 20
CRC_TABLE = []
for value in range(256):
    for _ in range(8):
        value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    CRC_TABLE.append(value)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC_TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


class StreamFault(Exception):
    """kind: empty, foreign, newer, cut-short or damaged. All whole records before it were delivered."""

    def __init__(self, kind, text):
        super().__init__(text)
        self.kind = kind


def damaged_unless(holds, text):
    if not holds:
        raise StreamFault("damaged", "the stream is damaged " + text)


def take(file, n_bytes, where):
    """A length is believed only as far as its bytes arrive, so that a lying one costs no memory."""
    data = bytearray()
    while len(data) < n_bytes:
        more = file.read(min(n_bytes - len(data), CHUNK))
        if not more:
            raise StreamFault("cut-short", "the stream is cut short " + where)
        data += more
    return bytes(data)


def check_crc(file, data, where):
    damaged_unless(struct.unpack("<I", take(file, 4, where))[0] == crc32c(data), where + ": wrong checksum")


def floats(raw, dtype):
    if dtype == "F16":
        return list(struct.unpack(f"<{len(raw) // 2}e", raw))
    if dtype == "BF16":  # the upper half of a binary32
        raw = b"".join(b"\0\0" + raw[i:i + 2] for i in range(0, len(raw), 2))
    return list(struct.unpack(f"<{len(raw) // 4}f", raw))


class Head:
    """metadata {name: text}, config (the model's configuration), n_theta, count (None: unknown), dtype of theta,
    tensors {name: (shape, values)}: the weights that all records share."""

    def __init__(self, blob, dtype):
        n_header, = struct.unpack("<Q", blob[:8])  # the blob is a safetensors file
        entries, data = json.loads(blob[8:8 + n_header]), blob[8 + n_header:]
        self.metadata, self.dtype, self.tensors = entries.pop("__metadata__"), dtype, {}
        self.config = json.loads(self.metadata["config"])
        self.n_theta = int(self.metadata["n_theta"])
        self.count = int(self.metadata["count"]) if self.metadata.get("count") else None
        if not isinstance(self.config, dict) or not 1 <= self.n_theta <= 1 << 31:
            raise ValueError("config is not an object or n_theta out of range")
        for name, entry in entries.items():
            begin, end = entry["data_offsets"]
            self.tensors[name] = (entry["shape"], floats(data[begin:end], entry["dtype"]))


def read_head(file, first):
    """None at the end of the input."""
    magic = file.read(8)
    if not magic and not first:
        return None
    if not magic:
        raise StreamFault("empty", "empty input")
    if not b"INRSTRM\0".startswith(magic):
        damaged_unless(first, "behind the end record")
        raise StreamFault("foreign", "not an INR stream")
    fixed = magic + take(file, 24 - len(magic), "in its head")  # cut inside the magic: take() says so
    version, flags, n_blob = struct.unpack("<IIQ", fixed[8:])
    if version > 1:
        raise StreamFault("newer", f"version {version} is newer than this program")
    damaged_unless(version == 1 and n_blob <= 1 << 32, "in its head: version or length")
    blob = take(file, n_blob, "in its head")
    check_crc(file, fixed + blob, "in its head")
    damaged_unless(flags <= 2, "in its head: unknown flags")
    try:
        return Head(blob, ("F32", "F16", "BF16")[flags])
    except (ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise StreamFault("damaged", f"the stream is damaged in its head: {error!r}") from error


def read_streams(file):
    """Yields (head, info, theta) of every record of every stream, one at a time; raises StreamFault."""
    first = True
    while head := read_head(file, first):
        first, n_records = False, 0
        n_theta_bytes = head.n_theta * (4 if head.dtype == "F32" else 2)
        where = "after 0 whole records"
        while (start := take(file, 8, where))[:4] == b"REC ":
            damaged_unless(n_records != head.count, where + ": more records than the head promises")
            n_info, = struct.unpack("<I", start[4:])
            damaged_unless(n_info <= 1 << 20, where + ": the length of info")
            info, theta = take(file, n_info, where), take(file, n_theta_bytes, where)
            check_crc(file, start + info + theta, where)
            try:
                info = json.loads(info)
            except ValueError as error:
                raise StreamFault("damaged", f"the stream is damaged {where}: info: {error}") from error
            damaged_unless(isinstance(info, dict), where + ": info is not an object")
            yield head, info, floats(theta, head.dtype)
            n_records += 1
            where = f"after {n_records} whole records"
        damaged_unless(start[:4] == b"END ", where + ": neither a record nor the end record follows")
        end = start + take(file, 4, "in its end record")
        check_crc(file, end, "in its end record")
        damaged_unless(struct.unpack("<Q", end[4:])[0] == n_records and head.count in (None, n_records),
                       "in its end record: it does not fit the records before it")


def main():
    try:
        for head, info, theta in read_streams(sys.stdin.buffer):
            mean = sum(theta) / len(theta)
            deviation = (sum((x - mean) ** 2 for x in theta) / len(theta)) ** 0.5
            print(f"{json.dumps(info)}: {head.n_theta} parameters, mean {mean:.4f}, standard deviation {deviation:.4f}")
    except StreamFault as fault:
        sys.exit(f"read_stream.py: {fault}")


if __name__ == "__main__":
    main()
