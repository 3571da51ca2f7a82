#!/usr/bin/env python3
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the conformance set of the stream format against a reader: check.py [--folder FOLDER] PROGRAM [ARGUMENT...]

For every stream of the folder it calls "PROGRAM ARGUMENT... STREAM" with the requests on stdin, and compares the verdict,
the number of whole records and every expected value; README.md has the format of the lines. Prints a line for each stream;
exit status 1 if one is wrong, or there is none. The standard library alone. FOLDER: $INR_CONFORMANCE_DIR, else that of this
file.
"""
import json
import math
import os
import pathlib
import subprocess
import sys

TIMEOUT_S = 300


def request_line(request):
    upsample_from = request["upsample_from"]
    words = [request["record"], *request["size"], *map(repr, request["window"]), request["cells"],
             "-" if upsample_from is None else upsample_from]
    return " ".join(map(str, words))


def largest_difference(document, rows):
    """rows: the lines of values that a reader printed. Throws ValueError where they do not fit the requests."""
    worst, at = 0.0, 0
    for request in document["requests"]:
        width, height = request["size"]
        pixels = request.get("pixels") or [[j, i] for i in range(height) for j in range(width)]
        if len(rows) < at + width * height:
            raise ValueError(f"{len(rows)} lines of values; {request_line(request)} needs {at + width * height}")
        for (j, i), want in zip(pixels, request["values"]):
            line = rows[at + i * width + j]
            got = [float(word) for word in line.split()]
            if len(got) != len(want):
                raise ValueError(f"'{line}' is not a line R G B")
            differences = [abs(g - w) for g, w in zip(got, want)]
            worst = max([worst, *(math.inf if math.isnan(d) else d for d in differences)])
        at += width * height
    if len(rows) != at:
        raise ValueError(f"{len(rows)} lines of values instead of {at}")
    return worst


def fault_of(command, stream, document):
    """(what is wrong or "", largest difference)"""
    lines = "".join(request_line(request) + "\n" for request in document["requests"])
    run = subprocess.run([*command, str(stream)], input=lines, capture_output=True, text=True, timeout=TIMEOUT_S)
    if run.returncode != 0:
        return f"exit status {run.returncode}: {run.stderr.strip()[-300:]}", 0
    *rows, verdict = run.stdout.splitlines() or [""]
    want = f"{document['verdict']} {document['records']}"
    if verdict != want:
        return f"verdict '{verdict}' instead of '{want}'", 0
    try:
        worst = largest_difference(document, rows)
    except ValueError as error:
        return str(error), 0
    return ("" if worst <= document["tolerance"] else "beyond the tolerance"), worst


def main():
    arguments = sys.argv[1:]
    folder = os.environ.get("INR_CONFORMANCE_DIR") or pathlib.Path(__file__).resolve().parent
    if arguments[:1] == ["--folder"]:
        folder, arguments = arguments[1], arguments[2:]
    if not arguments:
        sys.exit("usage: check.py [--folder FOLDER] PROGRAM [ARGUMENT...]")
    folder = pathlib.Path(folder)
    streams, documents = sorted(folder.glob("*.inr")), sorted(folder.glob("*.json"))
    if not streams or [s.stem for s in streams] != [d.stem for d in documents]:
        sys.exit(f"{folder}: every NAME.inr needs its NAME.json, and there are {len(streams)} and {len(documents)} of them")
    n_wrong = 0
    for stream, path in zip(streams, documents):
        document = json.loads(path.read_text(encoding="utf-8"))
        fault, worst = fault_of(arguments, stream, document)
        n_wrong += bool(fault)
        n_values = 3 * sum(len(request["values"]) for request in document["requests"])
        print(f"{stream.stem:<30} {document['verdict']:<10} {document['records']} records, {n_values:4} values, difference "
              f"{worst:.1e}, used {100 * worst / document['tolerance']:5.1f} %" + (f"  WRONG: {fault}" if fault else ""),
              flush=True)
    if n_wrong:
        sys.exit(f"{n_wrong} of {len(streams)} streams are not read as they should be")


main()
