# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
"""Every generator golden through the tools: goldens.py FOLDER.

    inr-sample --checkpoint G --latents z.npy | inr-render each --format npy

must equal the expected images, at every size and window that FOLDER/NAME.expected.safetensors and
NAME.windows.expected.safetensors hold; or, of decoder released, FOLDER/NAME/expected.safetensors and
definition.safetensors, there with truncation and in bytes as well. The standard library alone; works in the current folder. One line an image
tensor; exit status 1 if one is beyond its tolerance or nothing was found.
"""
import array
import json
import math
import pathlib
import re
import struct
import subprocess
import sys

CODES = {"F32": "f", "F64": "d", "U8": "B"}
TIMEOUT_S = 300


class Tensors:
    """A safetensors file."""

    def __init__(self, path):
        raw = path.read_bytes()
        n_header = struct.unpack("<Q", raw[:8])[0]
        self.entries = json.loads(raw[8:8 + n_header])
        self.metadata = self.entries.pop("__metadata__", {})
        self.data = raw[8 + n_header:]

    def __contains__(self, name):
        return name in self.entries

    def read(self, name):
        """(shape, values)"""
        entry = self.entries[name]
        begin, end = entry["data_offsets"]
        values = array.array(CODES[entry["dtype"]])
        values.frombytes(self.data[begin:end])
        return entry["shape"], values


def write_npy(path, shape, values):
    head = "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }" % (tuple(shape),)
    head += " " * (63 - (10 + len(head)) % 64) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() +
                     array.array("f", values).tobytes())


def read_npy(path):
    raw = path.read_bytes()
    if raw[:8] != b"\x93NUMPY\x01\x00":
        sys.exit(f"{path} is no .npy of version 1.0")
    n_header = struct.unpack("<H", raw[8:10])[0]
    head = raw[10:10 + n_header].decode()
    if "'<f4'" not in head or "'fortran_order': False" not in head:
        sys.exit(f"{path}: {head}")
    shape = [int(n) for n in re.findall(r"\d+", re.search(r"'shape': \(([^)]*)\)", head).group(1))]
    values = array.array("f")
    values.frombytes(raw[10 + n_header:])
    return shape, values


def shell(command):
    result = subprocess.run(["bash", "-o", "pipefail", "-c", command], timeout=TIMEOUT_S)
    if result.returncode != 0:
        sys.exit(f"exit status {result.returncode}: {command}")


def compare(file, name, got, want, tolerance):
    """Prints the line of one tensor; whether it is within tolerance. want may hold the first images only."""
    (got_shape, got_values), (want_shape, want_values) = got, want
    if got_shape[1:] != want_shape[1:] or got_shape[0] < want_shape[0]:
        print(f"{file:<28}  {name:<40}  shape {got_shape}, expected {want_shape}")
        return False
    errors = [abs(g - w) for g, w in zip(got_values, want_values)]
    error = math.nan if any(map(math.isnan, errors)) else max(errors)
    print(f"{file:<28}  {name:<40}  error {error:.1e}  used {100 * error / tolerance:5.1f} %")
    return error <= tolerance


def options_of_window(window):
    text = "--window=" + ",".join(repr(float(edge)) for edge in window["window"])
    text += " --res {}x{} --cells {}".format(*window["size"], window["grid"])
    if window.get("upsample_from") is not None:
        text += f" --upsample-from {window['upsample_from']}"
    return text


def requests(expected, windows, resolution):
    """(tensor name, its source, options of inr-render)"""
    sizes = [("image_2x", 2 * resolution, ""), ("image_2x_all", 2 * resolution, " --upsample-from 0"),
             ("image_4x", 4 * resolution, ""), ("image_half", resolution // 2, "")]
    for name, side, more in sizes:
        if name in expected:
            yield name, expected, f"--res {side}{more}"
    if windows:
        for window in json.loads(windows.metadata["windows"]):
            yield window["name"], windows, options_of_window(window)


def check(checkpoint, expected, windows):
    """All images of one golden; (number of tensors, number beyond tolerance)."""
    model = json.loads(Tensors(checkpoint).metadata["config"])["model"]
    tolerance = 3e-5 if model.get("modulation") == "lowrank" else 1e-5
    label = checkpoint.name.removesuffix(".safetensors") + " (tools)"
    out = pathlib.Path("got.npy")
    write_npy(pathlib.Path("z.npy"), *expected.read("z"))
    shell(f"inr-sample --checkpoint '{checkpoint}' --latents z.npy | tee z.inr | "
          f"inr-render each --format npy > {out}")
    within = [compare(label, "image", read_npy(out), expected.read("image"), tolerance)]
    for name, source, options in requests(expected, windows, model["resolution"]):
        shell(f"inr-render each z.inr {options} -o {out}")
        within.append(compare(label, name, read_npy(out), source.read(name), tolerance))
    return len(within), within.count(False)


VIEWS = {"superres25_16": (25 / 16, 25 / 16, ""), "half": (0.5, 0.5, ""),
         "window": (5 / 8, 3 / 8, "--window 0.25,0.375,0.75,0.625"),
         "outside": (0.75, 0.75, "--window=-0.25,-0.25,1.25,1.25")}  # of the model's width and height


def check_released(folder):
    """The same for a model of decoder released: by the authors' code, and off its own grid by our definition."""
    checkpoint, expected = folder / "imported.safetensors", Tensors(folder / "expected.safetensors")
    side = json.loads(Tensors(checkpoint).metadata["config"])["model"]["resolution"]
    label = f"released/{folder.name} (tools)"
    out = pathlib.Path("got.npy")
    write_npy(pathlib.Path("z.npy"), *expected.read("z"))
    sample = f"inr-sample --checkpoint '{checkpoint}' --latents z.npy"
    shell(f"{sample} | tee z.inr | inr-render each --format npy > {out}")
    within = [compare(label, "images", read_npy(out), expected.read("images"), 1e-5)]
    shell(f"{sample} --truncation 0.7 | inr-render each --format npy > {out}")
    within.append(compare(label, "images_truncated", read_npy(out), expected.read("images_truncated"), 1e-5))
    if (folder / "definition.safetensors").exists():
        definition = Tensors(folder / "definition.safetensors")
        for name, (width, height, options) in VIEWS.items():
            size = f"--res {int(width * side)}x{int(height * side)}"
            shell(f"inr-render each z.inr --select 0 {size} {options} --format npy > {out}")
            shape, values = definition.read(name)
            within.append(compare(label, name, read_npy(out), ([1] + shape, values), 1e-5))
    # At most one level in at most a thousandth of the bytes.
    shell("inr-render each z.inr -o 'byte-%d.ppm'")
    shape, want = expected.read("image_u8")
    got = b"".join(pathlib.Path(f"byte-{i}.ppm").read_bytes()[-shape[1] * shape[2] * 3:] for i in range(shape[0]))
    levels = [abs(g - w) for g, w in zip(got, want)]
    n_other = sum(1 for level in levels if level)
    print(f"{label:<28}  {'image_u8':<40}  error {max(levels):.1e}  used {1e5 * n_other / len(levels):5.1f} %")
    within.append(len(got) == len(want) and max(levels) <= 1 and 1000 * n_other <= len(levels))
    return len(within), within.count(False)


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    n_tensors = n_wrong = 0
    for path in sorted(folder.glob("*.expected.safetensors")):
        stem = path.name.removesuffix(".expected.safetensors")
        checkpoint = folder / (stem + ".safetensors")
        expected = Tensors(path)
        if not checkpoint.exists() or "image" not in expected:
            continue
        windows = folder / (stem + ".windows.expected.safetensors")
        n, wrong = check(checkpoint, expected, Tensors(windows) if windows.exists() else None)
        n_tensors += n
        n_wrong += wrong
    for path in sorted(folder.glob("*/imported.safetensors")):
        n, wrong = check_released(path.parent)
        n_tensors += n
        n_wrong += wrong
    if n_tensors == 0:
        sys.exit(f"{folder}: no generator goldens")
    if n_wrong:
        sys.exit(f"{n_wrong} of {n_tensors} image tensors are beyond their tolerance")


main()
