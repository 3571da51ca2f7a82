#!/usr/bin/env python3
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
"""Reads INR streams (inr-stream.5) from stdin with Python's standard library alone: inr-sample -n 4 | read_stream.py"""
import array, json, struct, sys

CRC_TABLE = []
for value in range(256):
    for _ in range(8):
        value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    CRC_TABLE.append(value)

def crc32c(data, crc=0):
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc = CRC_TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF

def take(file, n_bytes, why):
    data = file.read(n_bytes)
    if len(data) < n_bytes:
        raise SystemExit(f"read_stream.py: the stream is cut short {why}")
    return data

def check(file, data, why):
    if struct.unpack("<I", take(file, 4, why))[0] != crc32c(data):
        raise SystemExit(f"read_stream.py: the stream is damaged {why}")

def floats(raw, flags):
    if flags == 1:  # IEEE binary16
        return array.array("f", struct.unpack(f"<{len(raw) // 2}e", raw))
    if flags == 2:  # bfloat16: the upper half of a float32
        raw = b"".join(b"\0\0" + raw[i:i + 2] for i in range(0, len(raw), 2))
    return array.array("f", struct.unpack(f"<{len(raw) // 4}f", raw))

def read_streams(file):
    """Yields (metadata of the head, info, theta) of every record of every stream."""
    while magic := file.read(8):
        if magic != b"INRSTRM\0":
            raise SystemExit("read_stream.py: no INR stream")
        fixed = take(file, 16, "in its head")
        version, flags, blob_bytes = struct.unpack("<IIQ", fixed)
        if version != 1:
            raise SystemExit(f"read_stream.py: version {version} is newer than this program")
        blob = take(file, blob_bytes, "in its head")
        check(file, magic + fixed + blob, "in its head")
        header_bytes, = struct.unpack("<Q", blob[:8])  # the blob is a safetensors file
        head = json.loads(blob[8:8 + header_bytes])["__metadata__"]
        theta_bytes = int(head["n_theta"]) * (2 if flags else 4)
        n_records = 0
        while (start := take(file, 8, f"after {n_records} whole records"))[:4] == b"REC ":
            where = f"after {n_records} whole records"
            record = start + take(file, struct.unpack("<I", start[4:])[0] + theta_bytes, where)
            check(file, record, where)
            yield head, json.loads(record[8:len(record) - theta_bytes]), floats(record[len(record) - theta_bytes:], flags)
            n_records += 1
        check(file, end := start + take(file, 4, "in its end record"), "in its end record")
        if end[:4] != b"END " or struct.unpack("<Q", end[4:])[0] != n_records:
            raise SystemExit("read_stream.py: the end record does not fit the records before it")

if __name__ == "__main__":
    for head, info, theta in read_streams(sys.stdin.buffer):
        mean = sum(theta) / len(theta)
        deviation = (sum((x - mean) ** 2 for x in theta) / len(theta)) ** 0.5
        print(f"{json.dumps(info)}: {head['n_theta']} parameters, mean {mean:.4f}, standard deviation {deviation:.4f}")
