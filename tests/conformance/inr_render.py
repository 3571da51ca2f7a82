#!/usr/bin/env python3
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
"""inr-render and inr-info as a reader for check.py: inr_render.py STREAM < REQUESTS. They must be in PATH.

inr-render draws all records for every request; what it says each time and what inr-info says must agree. The standard
library alone; files go to a temporary folder.
"""
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

# What a message of inr-render says, in the words of inr-stream.5; and the states of inr-info --json.
MESSAGES = [("empty", r": empty input"), ("newer", r"newer than this program"), ("cut-short", r": cut short"),
            ("damaged", r": damaged|the end record"), ("foreign", r"\bINR stream\b")]
STATES = {"whole": "whole", "cut short": "cut-short", "damaged": "damaged", "not ours": "foreign",
          "newer than this program": "newer"}


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300)


def read_npy(path):
    """(N, values [N, 3, H, W]) of float32"""
    raw = path.read_bytes()
    n_header = struct.unpack("<H", raw[8:10])[0]
    head = raw[10:10 + n_header].decode()
    if raw[:8] != b"\x93NUMPY\x01\x00" or "'<f4'" not in head or "'fortran_order': False" not in head:
        sys.exit(f"{path}: not float32 in C order: {head}")
    n, channels, height, width = (int(v) for v in re.findall(r"\d+", re.search(r"'shape': \(([^)]*)\)", head).group(1)))
    data = raw[10 + n_header:]
    if channels != 3 or len(data) != 4 * n * 3 * height * width:
        sys.exit(f"{path}: {n}, {channels}, {height}, {width} and {len(data)} bytes")
    return n, struct.unpack(f"<{len(data) // 4}f", data)


def kind_of(message):
    return next((kind for kind, pattern in MESSAGES if re.search(pattern, message)), f"unknown:{message.strip()!r}")


def info_verdict(stream):
    result = run("inr-info", "--json", stream)
    report = json.loads(result.stdout)
    kind = STATES.get(report["state"], report["state"])
    if report["kind"] == "empty file":
        kind = "empty"
    if (result.returncode == 0) != (kind == "whole"):
        sys.exit(f"inr-info {stream}: exit status {result.returncode} and state {report['state']}")
    return kind, sum(part["records"] for part in report.get("streams", []))


def draw(stream, folder, width, height, window, cells, upsample_from):
    """One request of all records: (kind, whole records, their values [N, 3, H, W])."""
    out, partial = folder / "all.npy", folder / "all.npy.partial"
    for stale in (out, partial):
        stale.unlink(missing_ok=True)
    more = [] if upsample_from == "-" else ["--upsample-from", upsample_from]
    result = run("inr-render", "each", stream, "--res", f"{width}x{height}", "--window=" + ",".join(window),
                 "--cells", cells, *more, "--format", "npy", "-o", out, "--quiet")
    if result.returncode == 0:
        return "whole", *read_npy(out)
    if result.returncode != 1 or out.exists():
        sys.exit(f"inr-render {stream}: exit status {result.returncode}: {result.stderr}")
    return kind_of(result.stderr), *(read_npy(partial) if partial.exists() else (0, ()))


def main():
    stream, requests = sys.argv[1], [line.split() for line in sys.stdin]
    asked = {tuple(words[1:]) for words in requests} or {("1", "1", "0", "0", "1", "1", "density", "-")}
    drawn = {}
    with tempfile.TemporaryDirectory() as folder:
        for words in asked:
            width, height, *window, cells, upsample_from = words
            drawn[words] = draw(stream, pathlib.Path(folder), width, height, window, cells, upsample_from)
    for record, width, height, *more in requests:
        values, plane = drawn[(width, height, *more)][2], int(width) * int(height)
        for at in range(3 * plane * int(record), 3 * plane * int(record) + plane):
            print(*(f"{values[at + c * plane]:.9g}" for c in range(3)))
    seen = info_verdict(stream)
    for kind, n, _ in drawn.values():
        # inr-render has nothing to draw of a stream without records, and says so.
        if (kind, n) != seen and seen != ("whole", 0):
            sys.exit(f"inr-render says {kind} {n}, inr-info {seen}")
    print(*seen)


main()
