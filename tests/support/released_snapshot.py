# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
"""Network snapshots as the released training loop writes them (released.md, section 5), opcode by opcode: needs
neither torch nor numpy, and a cache of gigabytes is a hole in the file.

    released_snapshot.py OUT [--size tiny|full] [--cache BYTES] [--kwargs JSON] [--global MODULE.NAME]

--size full has the shapes of inr-gan (72.4 M parameters); --cache hangs a coordinate cache of that many bytes on the
last block of G and G_ema; --kwargs is merged into the constructor arguments; --global adds a reference to that name."""
import argparse
import json
import random
import struct

MAGIC = bytes.fromhex("6cfc9c46f9206aa85019")
SIZES = {
    "tiny": dict(resolution=8, grid=4, z_dim=3, w_dim=4, rank=2, depth=2, width=lambda r: 3, const=2, random=2, extra={8: 1}),
    "full": dict(resolution=256, grid=32, z_dim=512, w_dim=512, rank=10, depth=2, const=128, random=32,
                 width=lambda r: min(512, 32768 // r), extra={128: 1, 256: 1}),
}
random.seed(1)
VALUES = struct.pack("<1024f", *(random.gauss(0, 1) for _ in range(1024)))


class Writer:
    def __init__(self, path):
        self.file = open(path, "wb")

    def raw(self, data):
        self.file.write(data)

    def text(self, text):
        data = text.encode()
        self.raw(b"\x8c" + bytes([len(data)]) + data if len(data) < 256 else b"X" + struct.pack("<I", len(data)) + data)

    def name(self, module, name):
        self.text(module)
        self.text(name)
        self.raw(b"\x93")

    def value(self, value):
        if value is None:
            self.raw(b"N")
        elif isinstance(value, bool):
            self.raw(b"\x88" if value else b"\x89")
        elif isinstance(value, int):
            self.raw(b"K" + bytes([value]) if 0 <= value < 256 else b"J" + struct.pack("<i", value))
        elif isinstance(value, float):
            self.raw(b"G" + struct.pack(">d", value))
        elif isinstance(value, str):
            self.text(value)
        elif isinstance(value, tuple):
            self.raw(b"(")
            for item in value:
                self.value(item)
            self.raw(b"t")
        elif isinstance(value, dict):
            self.raw(b"}(")
            for key, item in value.items():
                self.value(key)
                self.value(item)
            self.raw(b"u")
        else:
            value(self)  # something that writes itself


def ordered(pairs):
    def write(w):
        w.name("collections", "OrderedDict")
        w.raw(b")R(")
        for key, item in pairs.items():
            w.value(key)
            w.value(item)
        w.raw(b"u")
    return write


def storage(n_values, sparse):
    facts = b"\x80\x02}q\x00(X\x10\x00\x00\x00protocol_versionq\x01M\xe9\x03X\r\x00\x00\x00little_endianq\x02\x88u."
    identity = (b"\x80\x02(X\x07\x00\x00\x00storageq\x00ctorch.cuda\nFloatStorage\nq\x01X\x03\x00\x00\x00123q\x02"
                b"X\x06\x00\x00\x00cuda:0q\x03J" + struct.pack("<i", n_values) + b"Ntq\x04Q.")
    head = (b"\x80\x02\x8a\x0a" + MAGIC + b".\x80\x02M\xe9\x03." + facts + identity +
            b"\x80\x02]q\x00X\x03\x00\x00\x00123q\x01a." + struct.pack("<q", n_values))
    size = len(head) + 4 * n_values

    def write(w):
        w.name("torch.storage", "_load_from_bytes")
        w.raw(b"B" + struct.pack("<I", size) if size < 2**32 else b"\x8e" + struct.pack("<Q", size))
        w.raw(head)
        if sparse:
            w.file.seek(4 * n_values, 1)
        else:
            for first in range(0, n_values, 1024):
                w.raw(VALUES[:4 * min(1024, n_values - first)])
        w.raw(b"\x85R")
    return write


def tensor(*shape, sparse=False):
    strides, n = [], 1
    for size in reversed(shape):
        strides.insert(0, n)
        n *= size

    def write(w):
        w.name("torch._utils", "_rebuild_tensor_v2")
        w.value((storage(n, sparse), 0, tuple(shape), tuple(strides), False, ordered({})))
        w.raw(b"R")
    return write


def parameter(*shape):
    def write(w):
        w.name("torch._utils", "_rebuild_parameter")
        w.value((tensor(*shape), True, ordered({})))
        w.raw(b"R")
    return write


def module(class_name, parameters=None, buffers=None, modules=None, kwargs=None, **attributes):
    state = {"training": False, "_parameters": ordered(parameters or {}), "_buffers": ordered(buffers or {}),
             "_modules": ordered(modules or {}), **attributes, "_init_args": (), "_init_kwargs": kwargs or {}}

    def write(w):
        w.name("torch_utils.persistence", "_reconstruct_persistent_obj")
        w.value({"type": "class", "version": 6, "module_src": "(left out)", "class_name": class_name, "state": state})
        w.raw(b"\x85R")
    return write


def module_list(modules):
    def write(w):
        w.name("torch.nn.modules.container", "ModuleList")
        w.raw(b")\x81")
        w.value({"_parameters": ordered({}), "_buffers": ordered({}), "_modules": ordered(modules)})
        w.raw(b"b")
    return write


def generator(s, cache_bytes, more_kwargs):
    R, w = s["resolution"], s["w_dim"]

    def affine(rows):
        return module("FullyConnectedLayer", {"weight": parameter(rows, w), "bias": parameter(rows)})

    def layer(n, c):
        return module("SynthesisLayer", {"weight": parameter(n, c, 1, 1), "bias": parameter(n)},
                      {"resample_filter": tensor(4, 4)}, {"affine": affine((n + c) * s["rank"])})

    blocks, below, grid_below, configs = {}, 0, 0, {}
    res = 4
    while res <= R:
        grid, n = max(res, s["grid"]), s["width"](res)
        octaves = grid.bit_length() - 1
        embeds = grid != grid_below
        high = embeds and grid > s["grid"]
        diagonal = not high or grid * 4 <= R
        n_log, n_random = octaves * (4 if diagonal else 2), 0 if diagonal else s["random"]
        n_const = s["const"] if diagonal else s["const"] // 2
        coords = {}
        if embeds:
            buffers = {"log_basis": tensor(n_log, 2)}
            if n_random:
                buffers["random_basis"] = tensor(n_random, 2)
            cache = tensor(cache_bytes // 4, sparse=True) if res == R and cache_bytes else None
            coords["coord_fuser"] = module("CoordFuser", {"const_embs": parameter(1, n_const, grid, grid)}, buffers,
                                           _fourier_embs_cache=cache)
            configs[str(grid)] = {"log_emb_size": 64, "use_cosine": True}
        first = below + (2 * (n_log + n_random) + n_const if embeds else 0)
        layers = {} if res == 4 else {"conv0": layer(n, first)}
        layers["conv1"] = layer(n, first if res == 4 else n)
        extra = {str(i): layer(n, n) for i in range(s["extra"].get(res, 0))}
        parts = {**layers, "torgb": module("ToRGBLayer", {"weight": parameter(3, n, 1, 1), "bias": parameter(3)},
                                           modules={"affine": affine(n)})}
        if res == 4:
            parts["input"] = module("GenInput", modules={"input": module("CoordsInput", modules=coords)})
        else:
            parts.update(coords)
        if extra:
            parts["extra_convs"] = module_list(extra)
        blocks[f"b{res}"] = module("SynthesisBlock", buffers={"resample_filter": tensor(4, 4)}, modules=parts)
        below, grid_below, res = n, grid, res * 2
    layers = {f"fc{i}": module("FullyConnectedLayer", {"weight": parameter(w, s["z_dim"] if i == 0 else w), "bias": parameter(w)})
              for i in range(s["depth"])}
    kwargs = {"z_dim": s["z_dim"], "w_dim": w, "mapping_kwargs": {"num_layers": s["depth"]},
              "synthesis_kwargs": {"num_fp16_res": 0, "conv_clamp": None},
              "cfg": {"fp32": True, "upsampling_mode": "nearest", "use_noise": False, "input": {"type": "coords", "resolution": s["grid"]},
                      "coords": {"enabled": True, "per_resolution": True, "kernel_size": 1, "res_configs": configs},
                      "fmm": {"enabled": True, "rank": s["rank"], "activation": "demod"}},
              "c_dim": 0, "img_resolution": R, "img_channels": 3}
    merge(kwargs, more_kwargs)
    return module("Generator", modules={"synthesis": module("SynthesisNetwork", modules=blocks),
                                        "mapping": module("MappingNetwork", buffers={"w_avg": tensor(w)}, modules=layers)},
                  kwargs=kwargs)


def merge(into, more):
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--size", choices=SIZES, default="tiny")
    parser.add_argument("--cache", type=int, default=0)
    parser.add_argument("--kwargs", type=json.loads, default={})
    parser.add_argument("--global", dest="name", default="")
    a = parser.parse_args()
    w = Writer(a.out)
    w.raw(b"\x80\x04")
    snapshot = {"training_set_kwargs": {"path": "data.zip", "resolution": SIZES[a.size]["resolution"]}}
    if a.name:
        def hostile(w):
            w.name(*a.name.rsplit(".", 1))
        snapshot["augment_pipe"] = hostile
    else:
        snapshot["G"] = generator(SIZES[a.size], a.cache, a.kwargs)
        snapshot["G_ema"] = generator(SIZES[a.size], a.cache, a.kwargs)
        snapshot["augment_pipe"] = None
    w.value(snapshot)
    w.raw(b".")
    w.file.close()


main()
