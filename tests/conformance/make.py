#!/usr/bin/env python3
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
"""Makes the conformance set of the stream format (README.md): make.py [FOLDER] writes it, make.py --check [FOLDER] compares
it with what is there.

The streams are written here from inr-stream.5 alone, by no line of the toolkit; their values are those of the evaluator in
examples/read-stream, in double precision. The standard library alone. Random numbers are sums of hashed integers, so that
the streams have the same bytes on every machine.
"""
import hashlib
import io
import json
import math
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "examples" / "read-stream"))
import inr_function  # noqa: E402
from read_stream import crc32c  # noqa: E402

DECIMALS = 8  # of the expected values: a thousandth of the tolerance
SAME = 2e-8   # values of two machines' mathematical functions, rounded
TOLERANCE = (1e-5, "binary32 arithmetic with phases up to some 60 rad, rounded to 24 bits, through a few layers; seen 8e-7")
LOWRANK = (3e-5, "as binary32, and ill-conditioned: each layer's weights are products of two unbounded factors")


# ---- random numbers ----
class Random:
    """Nearly normal numbers that are exact in binary32: sums of 12 integers of 16 bits, from SHA-256 of a name and a
    counter."""

    def __init__(self, name):
        self.name, self.counter = name, 0

    def normal(self, n, scale=1.0, mean=0.0):
        out = []
        while len(out) < n:
            digest = hashlib.sha256(f"{self.name} {self.counter}".encode()).digest()
            self.counter += 1
            out.append(round_to_f32(mean + scale * (sum(struct.unpack("<12H", digest[:24])) / 65536 - 6)))
        return out


def round_to_f32(value): return struct.unpack("<f", struct.pack("<f", value))[0]


def pack(values, dtype):
    if dtype == "F16":
        return struct.pack(f"<{len(values)}e", *values)
    raw = struct.pack(f"<{len(values)}f", *values)
    return raw if dtype == "F32" else b"".join(raw[i + 2:i + 4] for i in range(0, len(raw), 4))  # bfloat16: truncated


# ---- what a decoder needs: inr-stream.5, EVALUATION ----
def layer_theta(kind, c_out, c_in, rank):
    return {"fmm": rank * (c_out + c_in) + c_out, "se": c_out + c_in + c_out, "lowrank": rank * (c_out + c_in) + c_out,
            "full": c_out * c_in + c_out, "adain": 2 * c_out}[kind]


def needs(model):
    """(n_theta, [(tensor, shape, scale, mean)]) of a complete configuration."""
    decoder, rank, blocks = model["decoder"], model["rank"], model["blocks"]
    n_theta, tensors = 0, []
    if decoder == "latent":
        d = blocks[0]["width"]
        for n in range(blocks[0]["layers"]):
            c_in = 2 if n == 0 else d
            scale = math.sqrt(2 / (c_in + model["w_dim"]))
            tensors += [(f"inr.0.{n}.shared", [d, c_in], scale, 0), (f"inr.0.{n}.shared_bias", [d], 1, 0),
                        (f"inr.0.{n}.latent", [d, model["w_dim"]], scale, 0)]
        tensors += [("inr.0.rgb.shared", [3, d], math.sqrt(2 / d), 0), ("inr.0.rgb.bias", [3], 0.3, 0)]
        return model["w_dim"], tensors
    for k, block in enumerate(blocks):
        d, below = block["width"], blocks[k - 1]["width"] if k else 0
        if decoder == "released":
            rows = block["fixed_frequencies"] + block["random_frequencies"]
            n_e = rows * (2 if block["cosine"] else 1) + block["constants"]
            if rows:
                tensors.append((f"inr.{k}.basis", [rows, 2], math.sqrt(10), 0))
            if block["constants"]:
                side = block["resolution"]
                tensors.append((f"inr.{k}.constants", [block["constants"], side, side], 1, 0))
            for n in range(block["layers"]):
                c_in = below + n_e if n == 0 else d
                tensors += [(f"inr.{k}.{n}.shared", [d, c_in], 1, 0), (f"inr.{k}.{n}.bias", [d], 0.3, 0)]
                n_theta += rank * (d + c_in)
            tensors += [(f"inr.{k}.rgb.shared", [3, d], 0.3, 0), (f"inr.{k}.rgb.bias", [3], 0.1, 0)]
            n_theta += d
            continue
        n_e = 2 if decoder == "hyper" else 2 * (block["frequencies"] + block["fixed_frequencies"])
        kind = "full" if decoder == "hyper" else model["modulation"]
        n_theta += 2 * block["frequencies"]
        split = k > 0 and model["join"] == "split"
        if split:
            for name, c_in in (("low", below), ("high", n_e)):
                n_theta += layer_theta("fmm", d, c_in, rank)
                tensors.append((f"inr.{k}.{name}.shared", [d, c_in], math.sqrt(1 / c_in), 0))
        for n in range(block["layers"]):
            if n == 0 and not split:
                c_in = below + n_e
            else:
                c_in = d + (n_e if model["skip_coords"] else 0)
            n_theta += layer_theta(kind, d, c_in, rank)
            if kind in ("fmm", "se", "adain"):
                tensors.append((f"inr.{k}.{n}.shared", [d, c_in], 1 if kind == "adain" else math.sqrt(2 / c_in), 0))
            if kind == "adain":
                tensors.append((f"inr.{k}.{n}.shared_bias", [d], 1, 0))
        if block["rgb"]:
            n_theta += 3 * d + 3
    return n_theta, tensors


# ---- the format: inr-stream.5, GRAMMAR ----
def safetensors(metadata, tensors):
    """tensors: [(name, shape, values, dtype)]"""
    header, data = {"__metadata__": metadata}, b""
    for name, shape, values, dtype in tensors:
        raw = pack(values, dtype)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def with_crc(data): return data + struct.pack("<I", crc32c(data))


def make_head(config, n_theta, tensors, count="", dtype="F32", version=1, flags=None, **more):
    metadata = {"config": json.dumps(config, separators=(",", ":")), "n_theta": str(n_theta), "model": "",
                "count": str(count), "what": "samples", **more}
    blob = safetensors(metadata, tensors)
    flags = {"F32": 0, "F16": 1, "BF16": 2}[dtype] if flags is None else flags
    return with_crc(b"INRSTRM\0" + struct.pack("<IIQ", version, flags, len(blob)) + blob)


def make_record(info, theta, dtype="F32"):
    text = info if isinstance(info, bytes) else json.dumps(info, ensure_ascii=False, separators=(",", ":")).encode()
    return with_crc(b"REC " + struct.pack("<I", len(text)) + text + pack(theta, dtype))


def make_end(count): return with_crc(b"END " + struct.pack("<Q", count))


def parts(name, config, n_records=2, count=None, dtype="F32", shared_dtype="F32", infos=None, **more):
    """[head, record ..., end] of a stream of random functions."""
    random = Random(name)
    model = inr_function.complete(config)
    n_theta, wanted = needs(model)
    tensors = []
    for tensor, shape, scale, mean in wanted:
        values = random.normal(math.prod(shape), scale, mean)
        if tensor.endswith(".basis"):  # octaves first, as the released models have them; then random rows
            values = octaves(model["blocks"][int(tensor.split(".")[1])]) + values
            values = values[:math.prod(shape)]
        tensors.append((tensor, shape, values, shared_dtype))
    infos = infos or [{"seed": 0, "index": n} for n in range(n_records)]
    head = make_head(config, n_theta, tensors, len(infos) if count is None else count, dtype, **more)
    return [head] + [make_record(info, random.normal(n_theta), dtype) for info in infos] + [make_end(len(infos))]


def octaves(block):
    n = math.ceil(math.log2(block["resolution"]))
    directions = ((0, 1), (1, 0), (-0.5, 0.5), (0.5, 0.5))
    rows = [(2 ** i * math.pi / 2 * x, 2 ** i * math.pi / 2 * y) for x, y in directions for i in range(n)]
    return [round_to_f32(v) for row in rows[:block["fixed_frequencies"]] for v in row]


# ---- the set ----
def block(resolution, width, frequencies, layers, rgb=True, **more):
    return {"resolution": resolution, "width": width, "frequencies": frequencies, "layers": layers, "rgb": rgb, **more}


def single(decoder, *block_arguments, **more):
    return {"resolution": block_arguments[0], "decoder": decoder, "rank": 2, "blocks": [block(*block_arguments)], **more}


def two(join, modulation, **more):
    config = {"resolution": 8, "modulation": modulation, "join": join, "rank": 2,
              "blocks": [block(4, 6, 3, 2), block(8, 5, 2, 2)], **more}
    if modulation == "se":
        del config["rank"]  # it is 1
    return config


def released(upsampling, instance_norm, **more):
    return {"decoder": "released", "resolution": 8, "rank": 2, "upsampling": upsampling, "instance_norm": instance_norm,
            "blocks": [block(4, 6, 0, 1, fixed_frequencies=8, constants=2), block(4, 6, 0, 2),
                       block(8, 5, 0, 3, fixed_frequencies=6, random_frequencies=2, constants=1, **more)]}


def whole_streams():
    """{name: (bytes, what it shows, config of its records where many pictures of them are wanted, number of records)}"""
    out = {}

    def one(name, about, config, n_records=2, **options):
        made = parts(name, config, n_records, **options)
        out[name] = (b"".join(made), about, None if options else config, len(made) - 2)
    one("latent", "decoder latent", single("latent", 8, 6, 0, 3, w_dim=5))
    one("hyper", "decoder hyper", single("hyper", 8, 6, 0, 3))
    one("fourier", "decoder fourier: Fourier features, plain layers", single("fourier", 8, 6, 3, 2))
    one("fmm", "decoder fmm, and a fourier_scale that is not 10", single("fmm", 8, 6, 3, 3, fourier_scale=4.5))
    for join in ("concat", "split"):
        for modulation in ("fmm", "se", "adain", "full", "lowrank"):
            one(f"{join}-{modulation}", f"decoder multiscale, blocks joined by {join}, modulation {modulation}",
                two(join, modulation))
        one(f"{join}-no-skip", f"{join}, without skip_coords: coordinates go into a block's first layer only",
            two(join, "fmm", skip_coords=False))
        one(f"{join}-fixed", f"{join}, fixed frequencies along the axes and, in the second block, along the diagonals; the "
            "third has no learned ones; the first has no rgb", {
                "resolution": 16, "join": join, "rank": 1, "upsample_from": 1,
                "blocks": [block(4, 4, 2, 1, rgb=False, fixed_frequencies=6), block(8, 5, 1, 1, fixed_frequencies=16),
                           block(16, 4, 0, 1, fixed_frequencies=10)]})
    one("not-nested", "grids of 3, 5 and 8 cells: a cell has one parent all the same", {
        "resolution": 8, "rank": 2, "blocks": [block(3, 4, 2, 1), block(5, 4, 2, 1), block(8, 4, 2, 1)]})
    one("defaults", "a configuration that leaves out every key it can: multiscale, fmm, rank 10, concat, ...",
        {"resolution": 4, "blocks": [{"resolution": 2, "width": 3, "frequencies": 2, "layers": 1},
                                     {"resolution": 4, "width": 3, "frequencies": 1, "layers": 1, "rgb": True}]})
    for upsampling in ("nearest", "bilinear"):
        for norm in (False, True):
            one(f"released-{upsampling}" + ("-norm" if norm else ""),
                f"decoder released, {upsampling}" + (", with instance norm" if norm else ""), released(upsampling, norm))
    one("released-no-cosine", "decoder released, the last block without cosines",
        released("nearest", False, cosine=False), 1)
    one("half", "theta in binary16", two("concat", "fmm"), dtype="F16")
    one("bfloat16", "theta and shared weights in bfloat16", two("split", "fmm"), dtype="BF16", shared_dtype="BF16")
    one("shared-half", "shared weights in binary16", two("concat", "adain"), shared_dtype="F16")
    one("unknown-count", "the head does not know how many records follow", single("fmm", 8, 4, 2, 1), 3, count="")
    one("no-records", "whole, without a record", single("fmm", 8, 4, 2, 1), 0, count=0)
    one("info", "info beyond ASCII, with keys unknown, nested, empty; and a key of the head unknown",
        single("fmm", 8, 4, 2, 1), infos=[{"seed": 7, "index": 0, "Größe": "日本 \u0000 😀", "nested": {"a": [1, None, True]}}, {}],
        inventor="Ωmega")
    streams = [parts("chain-a", single("fmm", 8, 4, 2, 1), 2), parts("chain-b", single("hyper", 8, 4, 0, 2), 1, count=""),
               parts("chain-c", single("fmm", 8, 4, 2, 1), 0), parts("chain-d", two("concat", "adain"), 1, dtype="F16")]
    out["chain"] = (b"".join(b"".join(stream) for stream in streams),
                    "four streams in a row, as cat makes them: 2 records, 1 of another decoder, none, 1 in binary16",
                    None, 4)
    return out


def flip(data, at): return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1:]


def broken_streams():
    """{name: (bytes, what is wrong, verdict, whole records)}. Of three records of one model, but where it says so."""
    config = single("fmm", 8, 4, 2, 1)
    made = parts("broken", config, 3)
    n_theta = needs(inr_function.complete(config))[0]
    head, records, end = made[0], made[1:4], made[4]
    first, all3 = head + records[0], head + b"".join(records)
    record = records[1]
    theta = Random("broken theta").normal(n_theta)

    def other_head(**options):
        return parts("broken", config, 3, **options)[0]

    def with_blob_length(n): return head[:16] + struct.pack("<Q", n) + head[24:]

    def second(bad): return first + bad + records[2] + end  # the second record replaced
    rest = b"".join(records) + end
    cut, damaged = "cut-short", "damaged"
    return {
        "empty": (b"", "not one byte", "empty", 0),
        "foreign": (b"INRSTRM1" + head[8:] + rest, "another magic, by one byte", "foreign", 0),
        "foreign-short": (b"GIF", "fewer bytes than a magic, and other ones", "foreign", 0),
        "newer": (head[:8] + struct.pack("<I", 2) + b"anything may follow", "version 2", "newer", 0),
        "newer-whole": (other_head(version=2) + rest, "version 2 with version 1 behind it", "newer", 0),

        "cut-magic": (head[:5], "ends in the magic", cut, 0),
        "cut-lengths": (head[:19], "ends before the blob's length is there", cut, 0),
        "cut-head": (head[:200], "ends in the blob", cut, 0),
        "cut-blob-claim": (with_blob_length(1 << 31) + rest,
                           "a blob of 2 GiB is claimed and a few hundred bytes come: allocate nothing ahead", cut, 0),
        "cut-first-record": (head, "ends behind the head", cut, 0),
        "cut-between-records": (first, "ends between two records", cut, 1),
        "cut-tag": (first + record[:2], "ends in a record's tag", cut, 1),
        "cut-record": (first + record[:-30], "ends in a record's theta", cut, 1),
        "cut-record-crc": (first + record[:-1], "ends one byte before the end of a record", cut, 1),
        "cut-end-missing": (all3, "all records of the head's count, without the end record", cut, 3),
        "cut-end": (all3 + end[:-2], "ends in the end record", cut, 3),
        "cut-second-magic": (all3 + end + head[:4], "a second stream ends in its magic", cut, 3),
        "cut-second-stream": (all3 + end + first, "a second stream ends after its first record", cut, 4),
        "cut-unknown-count": (other_head(count="") + records[0], "ends between two records; no count in the head", cut, 1),

        "flipped-head": (flip(head, len(head) - 10) + rest, "a flipped bit in a shared weight", damaged, 0),
        "flipped-config": (flip(head, 60) + rest, "a flipped bit in the head's text", damaged, 0),
        "flipped-info": (second(flip(record, 12)), "a flipped bit in info", damaged, 1),
        "flipped-theta": (second(flip(record, len(record) - 20)), "a flipped bit in theta", damaged, 1),
        "flipped-record-crc": (second(flip(record, len(record) - 1)), "a flipped bit in a checksum", damaged, 1),
        "flipped-end": (all3 + flip(end, 5), "a flipped bit in the end record", damaged, 3),
        "flipped-second-stream": (all3 + end + second(flip(record, 30)), "a flipped bit in the second of two streams",
                                  damaged, 4),

        "count-too-small": (other_head(count=2) + rest, "the head promises 2, 3 records follow: the third is not delivered",
                            damaged, 2),
        "count-too-large": (other_head(count=5) + rest, "the head promises 5, 3 records and an end record follow", damaged, 3),
        "count-of-end": (all3 + make_end(4), "the end record counts 4 of 3 records", damaged, 3),
        "count-no-number": (other_head(count="many") + rest, "the head's count is not a number", damaged, 0),
        "n-theta-zero": (make_head(config, 0, []) + make_end(0), "n_theta is 0", damaged, 0),
        "version-zero": (other_head(version=0) + rest, "version 0", damaged, 0),
        "flags": (other_head(flags=3) + rest, "flags 3", damaged, 0),
        "blob-length": (with_blob_length((1 << 32) + 1) + rest, "a blob above 2^32 bytes is claimed", damaged, 0),
        "tag": (second(with_crc(b"ReC " + record[4:-4])), "a tag that is none", damaged, 1),
        "tag-of-end": (all3 + with_crc(b"EnD " + end[4:-4]), "a tag that is none in place of the end record's", damaged, 3),
        "info-length": (second(b"REC " + struct.pack("<I", (1 << 20) + 1) + record[8:]),
                        "info above 2^20 bytes is claimed", damaged, 1),
        "info-no-json": (second(make_record(b'{"seed":', theta)), "info is not JSON; all checksums fit", damaged, 1),
        "info-no-object": (second(make_record(b"[1,2]", theta)), "info is JSON and not an object; all checksums fit",
                           damaged, 1),
        "behind-the-end": (all3 + end + b"\n", "a byte behind the end record", damaged, 3),
        "record-behind-the-end": (all3 + end + records[0], "a record behind the end record", damaged, 3),
    }


def requests_for(config, n_records):
    """[(request, pixels or none for all)]: the whole picture of training; then some pixels of other sizes and windows."""
    side, image = 8 if config is None else config["resolution"], (0.0, 0.0, 1.0, 1.0)

    def some(width, height, n_pixels=8): return [[(5 * n + 1) % width, (7 * n + n // 3) % height] for n in range(n_pixels)]

    def request(record, size, window, cells="density", upsample_from=None):
        return {"record": record, "size": list(size), "window": list(window), "cells": cells, "upsample_from": upsample_from}
    if config is None:
        return [(request(record, (side, side), image), some(side, side)) for record in range(n_records)]
    whole = side <= 8 and config.get("modulation", "fmm") == "fmm" and "skip_coords" not in config
    out = [(request(record, (side, side), image), some(side, side, 16) if record or not whole else None)
           for record in range(n_records)]
    more = [((4 * side, 4 * side), image), ((side * 5 // 2, side + 3), image), ((side // 2, side // 2), image),
            ((side - 1, side // 2 + 1), image), ((13, 9), (0.25, 0.375, 0.75, 0.625)), ((12, 10), (-0.3, -0.4, 1.5, 1.2)),
            ((16, 12), (0.3, 0.1, 0.4, 0.9), "training")]
    if config.get("upsampling") != "bilinear" and len(config["blocks"]) > 1:
        more.append(((4 * side, 3 * side), image, "density", 0))
    if config.get("modulation", "fmm") not in ("fmm", "lowrank"):
        more = more[1::3]  # grids know nothing of modulations
    return out + [(request(0, *arguments), some(*arguments[0])) for arguments in more]


def values_of(data, wanted, verdict, n_records):
    """The requests with their expected values. Our own reader must agree with the verdict."""
    asked = [(r["record"], r["size"], r["window"], r["cells"], r["upsample_from"]) for r, _ in wanted]
    pictures, got, n = inr_function.evaluate(io.BytesIO(data), asked)
    assert (got, n) == (verdict, n_records), (got, n, verdict, n_records)
    out = []
    for (request, pixels), picture in zip(wanted, pictures):
        request = dict(request)
        if pixels is None:
            pixels = [[j, i] for i in range(request["size"][1]) for j in range(request["size"][0])]
        else:
            request["pixels"] = pixels
        request["values"] = [[round(v, DECIMALS) for v in picture[i][j]] for j, i in pixels]
        out.append(request)
    return out


def make():
    """{file name: bytes or an object for JSON}"""
    files = {}
    for name, (data, about, config, n_records) in whole_streams().items():
        tolerance, why = LOWRANK if config and config.get("modulation") == "lowrank" else TOLERANCE
        files[name + ".inr"] = data
        files[name + ".json"] = {"about": about, "verdict": "whole", "records": n_records,
                                 "tolerance": tolerance, "why": why,
                                 "requests": values_of(data, requests_for(config, n_records), "whole", n_records)}
    for name, (data, about, verdict, n_records) in broken_streams().items():
        asked = [(request, [[0, 0], [3, 5]]) for request, _ in requests_for(None, n_records)]
        files[f"broken-{name}.inr"] = data
        files[f"broken-{name}.json"] = {"about": about, "verdict": verdict, "records": n_records, "tolerance": TOLERANCE[0],
                                        "why": TOLERANCE[1], "requests": values_of(data, asked, verdict, n_records)}
    return files


def text_of(document):
    """JSON with a line for each request."""
    requests = document["requests"]
    lines = [f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in document.items()
             if key != "requests"]
    body = ",\n".join("  " + json.dumps(request, separators=(",", ":")) for request in requests)
    return "{\n" + ",\n".join(lines + [f' "requests": [\n{body}\n ]' if requests else ' "requests": []']) + "\n}\n"


def differs(made, path):
    if not path.exists():
        return "is missing"
    if isinstance(made, bytes):
        return "" if path.read_bytes() == made else "has other bytes"
    there = json.loads(path.read_text(encoding="utf-8"))
    values = [[v for r in d["requests"] for pixel in r["values"] for v in pixel] for d in (made, there)]
    bare = [{**d, "requests": [{**r, "values": len(r["values"])} for r in d["requests"]]} for d in (made, there)]
    if bare[0] != bare[1] or len(values[0]) != len(values[1]):
        return "asks for something else"
    worst = max((abs(a - b) for a, b in zip(*values)), default=0)
    return "" if worst <= SAME else f"has values that differ by {worst:.1e}"


def main():
    arguments = sys.argv[1:]
    check = "--check" in arguments
    folder = pathlib.Path(next((a for a in arguments if a != "--check"), HERE))
    files = make()
    if not check:
        for name, made in files.items():
            (folder / name).write_bytes(made if isinstance(made, bytes) else text_of(made).encode())
        print(f"{folder}: {len(files)} files")
        return
    faults = [f"{folder / name} {why}" for name, made in files.items() if (why := differs(made, folder / name))]
    if faults:
        sys.exit("\n".join(faults))
    print(f"{folder}: all {len(files)} files are as they would be made")


main()
