#!/usr/bin/env python3
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
"""convert.py SOURCE -o OUT.safetensors: the published weights of FID's Inception v3 as a network file of inr-fid.

SOURCE is inception-2015-12-05.pt (TorchScript), pt_inception-2015-12-05-6726825d.pth (also as torch-fidelity names it),
or a state dict of the same network, saved by torch.save in its old form or as a zip. Python's standard library is
enough. Nothing in SOURCE is executed: its pickles may name tensors and containers, and anything else is an error. The
same weights give the same bytes whatever they came in.
"""
import argparse, array, collections, hashlib, json, math, os, pickle, re, struct, sys, zipfile

CLASSES, FEATURES, PUBLISHED = 1008, 2048, "6726825d"  # the last: of pytorch-fid's file


def network():
    """Yields (name in the state dict, name in the TorchScript file, shape of the weight) of the 94 convolutions."""
    def layer(name, graph, inputs, outputs, height=1, width=None):
        return name, graph, (outputs, inputs, height, width or height)

    def block(name, graph, rows):
        for row in rows:
            yield layer(f"{name}.{row[0]}", f"{graph}.{row[1]}", *row[2:])

    for row in (("Conv2d_1a_3x3", "conv", 3, 32, 3), ("Conv2d_2a_3x3", "conv_1", 32, 32, 3),
                ("Conv2d_2b_3x3", "conv_2", 32, 64, 3), ("Conv2d_3b_1x1", "conv_3", 64, 80),
                ("Conv2d_4a_3x3", "conv_4", 80, 192, 3)):
        yield layer(*row)
    for name, graph, n, pooled in ("5b", "mixed", 192, 32), ("5c", "mixed_1", 256, 64), ("5d", "mixed_2", 288, 64):
        yield from block(f"Mixed_{name}", graph, (
            ("branch1x1", "conv", n, 64), ("branch5x5_1", "tower.conv", n, 48), ("branch5x5_2", "tower.conv_1", 48, 64, 5),
            ("branch3x3dbl_1", "tower_1.conv", n, 64), ("branch3x3dbl_2", "tower_1.conv_1", 64, 96, 3),
            ("branch3x3dbl_3", "tower_1.conv_2", 96, 96, 3), ("branch_pool", "tower_2.conv", n, pooled)))
    yield from block("Mixed_6a", "mixed_3", (
        ("branch3x3", "conv", 288, 384, 3), ("branch3x3dbl_1", "tower.conv", 288, 64),
        ("branch3x3dbl_2", "tower.conv_1", 64, 96, 3), ("branch3x3dbl_3", "tower.conv_2", 96, 96, 3)))
    for name, graph, n in ("6b", "mixed_4", 128), ("6c", "mixed_5", 160), ("6d", "mixed_6", 160), ("6e", "mixed_7", 192):
        yield from block(f"Mixed_{name}", graph, (
            ("branch1x1", "conv", 768, 192), ("branch7x7_1", "tower.conv", 768, n),
            ("branch7x7_2", "tower.conv_1", n, n, 1, 7), ("branch7x7_3", "tower.conv_2", n, 192, 7, 1),
            ("branch7x7dbl_1", "tower_1.conv", 768, n), ("branch7x7dbl_2", "tower_1.conv_1", n, n, 7, 1),
            ("branch7x7dbl_3", "tower_1.conv_2", n, n, 1, 7), ("branch7x7dbl_4", "tower_1.conv_3", n, n, 7, 1),
            ("branch7x7dbl_5", "tower_1.conv_4", n, 192, 1, 7), ("branch_pool", "tower_2.conv", 768, 192)))
    yield from block("Mixed_7a", "mixed_8", (
        ("branch3x3_1", "tower.conv", 768, 192), ("branch3x3_2", "tower.conv_1", 192, 320, 3),
        ("branch7x7x3_1", "tower_1.conv", 768, 192), ("branch7x7x3_2", "tower_1.conv_1", 192, 192, 1, 7),
        ("branch7x7x3_3", "tower_1.conv_2", 192, 192, 7, 1), ("branch7x7x3_4", "tower_1.conv_3", 192, 192, 3)))
    for name, graph, n in ("7b", "mixed_9", 1280), ("7c", "mixed_10", 2048):
        yield from block(f"Mixed_{name}", graph, (
            ("branch1x1", "conv", n, 320), ("branch3x3_1", "tower_conv", n, 384),
            ("branch3x3_2a", "tower_mixed_conv", 384, 384, 1, 3), ("branch3x3_2b", "tower_mixed_conv_1", 384, 384, 3, 1),
            ("branch3x3dbl_1", "tower_1_conv", n, 448), ("branch3x3dbl_2", "tower_1_conv_1", 448, 384, 3),
            ("branch3x3dbl_3a", "tower_1_mixed_conv", 384, 384, 1, 3),
            ("branch3x3dbl_3b", "tower_1_mixed_conv_1", 384, 384, 3, 1), ("branch_pool", "tower_2_conv", n, 192)))


class Refused(Exception):
    """What is wrong with SOURCE, for people."""


Storage = collections.namedtuple("Storage", "kind key n")
Tensor = collections.namedtuple("Tensor", "storage offset shape strides")


class Module:
    """An object of a TorchScript file: only what it holds, nothing of what it does."""
    def __setstate__(self, state):
        self.state = state


def rebuild_tensor(storage, offset, shape, strides, *_):
    if not isinstance(storage, Storage):
        raise Refused("has a tensor without a storage")
    return Tensor(storage, offset, tuple(shape), tuple(strides))


def first(value, *_):
    return value


class Unpickler(pickle.Unpickler):
    """Builds tensors, containers and modules; any other name in a pickle ends the reading."""
    NAMES = {("collections", "OrderedDict"): collections.OrderedDict,
             ("torch._utils", "_rebuild_tensor"): rebuild_tensor,
             ("torch._utils", "_rebuild_tensor_v2"): rebuild_tensor,
             ("torch._utils", "_rebuild_parameter"): first,
             **{("torch.jit._pickle", name): first for name in (
                 "restore_type_tag", "build_intlist", "build_doublelist", "build_boollist", "build_tensorlist")}}

    def find_class(self, module, name):
        if module.split(".")[0] == "__torch__":
            return Module
        if module in ("torch", "torch.storage") and re.fullmatch(r"[A-Za-z0-9]+Storage", name):
            return name
        if (module, name) not in self.NAMES:
            raise Refused(f"asks for {module}.{name}, which no weights need; it is not read")
        return self.NAMES[module, name]

    def persistent_load(self, saved):
        if not (isinstance(saved, tuple) and len(saved) >= 5 and saved[0] == "storage" and isinstance(saved[4], int)):
            raise Refused("refers to something that is no storage of numbers")
        return Storage(saved[1], str(saved[2]), saved[4])


class ZipSource:
    """torch.save since 1.6, and TorchScript: FOLDER/data.pkl and one member a storage."""
    def __init__(self, file):
        self.zip = zipfile.ZipFile(file)
        names = self.zip.namelist()
        pickles = [name for name in names if re.fullmatch(r"(.*/)?data\.pkl", name)]
        if len(pickles) != 1 or self.zip.getinfo(pickles[0]).file_size > MAX_PICKLE:
            raise Refused("is a zip, but none that torch writes")
        self.folder = pickles[0][:-len("data.pkl")]
        self.kind = "TorchScript" if self.folder + "constants.pkl" in names else "state dict (zip)"
        order = self.folder + "byteorder"
        if order in names and (self.zip.getinfo(order).file_size != 6 or self.zip.read(order) != b"little"):
            raise Refused("was written by a big-endian machine")
        with self.zip.open(pickles[0]) as member:
            self.root = Unpickler(member).load()

    def bytes_of(self, storage):
        name = f"{self.folder}data/{storage.key}"
        n = self.zip.getinfo(name).file_size // 4  # first: what is packed may be a thousand times smaller
        return self.zip.read(name) if n == storage.n <= MAX_STORAGE else b""


class LegacySource:
    """torch.save before 1.6: five pickles one after the other, then the storages, each behind its length."""
    kind = "state dict (old form)"

    def __init__(self, file):
        if Unpickler(file).load() != 0x1950a86a20f9469cfc6c or Unpickler(file).load() != 1001:
            raise Refused("is no file of torch.save")
        if not Unpickler(file).load().get("little_endian", True):
            raise Refused("was written by a big-endian machine")
        self.root = Unpickler(file).load()
        self.storages = {}
        self.file = file
        keys = Unpickler(file).load()
        sizes = {tensor.storage.key: tensor.storage for _, tensor in flatten(self.root)}  # to walk over all of them
        for key in map(str, keys):
            n = struct.unpack("<q", file.read(8))[0]
            if key not in sizes or sizes[key].n != n or n > os.fstat(file.fileno()).st_size:
                raise Refused(f"has a storage {key} that does not fit its tensors")
            self.storages[key] = file.tell()
            file.seek(n * ITEM_BYTES.get(sizes[key].kind, 4), os.SEEK_CUR)

    def bytes_of(self, storage):
        self.file.seek(self.storages[storage.key])
        return self.file.read(4 * storage.n)


MAX_PICKLE, MAX_STORAGE = 1 << 26, 1 << 26  # bytes, numbers; the whole network has 24 million of them
ITEM_BYTES = {"DoubleStorage": 8, "LongStorage": 8, "HalfStorage": 2, "BoolStorage": 1}  # 4 for the others


def flatten(value, path="", depth=0, seen=None):
    """Yields (dotted name, tensor) of everything in dicts and modules, each of which may hold itself."""
    seen = set() if seen is None else seen
    if isinstance(value, Tensor):
        yield path, value
    value = getattr(value, "state", None) if isinstance(value, Module) else value
    if isinstance(value, dict) and depth < 20 and id(value) not in seen:
        seen.add(id(value))
        for key, inner in value.items():
            yield from flatten(inner, f"{path}.{key}" if path else str(key), depth + 1, seen)


def values_of(source, name, tensor, shape):
    """The bytes of a tensor, row by row, whatever its strides are."""
    if tensor.storage.kind != "FloatStorage":
        raise Refused(f"has {name} as {tensor.storage.kind}; only float32 gives the published scores")
    if tensor.shape != shape or len(tensor.strides) != len(shape):
        raise Refused(f"has {name} of shape {list(tensor.shape)} where {list(shape)} is expected")
    raw = source.bytes_of(tensor.storage)
    reach = tensor.offset + sum((size - 1) * stride for size, stride in zip(shape, tensor.strides))
    if len(raw) != 4 * tensor.storage.n or min(tensor.strides + (tensor.offset,)) < 0 or reach >= tensor.storage.n:
        raise Refused(f"is cut short or damaged at {name}")
    dense = [math.prod(shape[i + 1:]) for i in range(len(shape))]
    size = math.prod(shape)
    if all(a == b or side == 1 for a, b, side in zip(tensor.strides, dense, shape)):
        return raw[4 * tensor.offset:4 * (tensor.offset + size)]
    # Other strides (channels_last): a whole axis at a time, the longest one.
    stored, out = array.array("I", raw), array.array("I", bytes(4 * size))
    axis = max(range(len(shape)), key=lambda i: shape[i])
    places = [(tensor.offset, 0)]
    for i, side in enumerate(shape):
        if i != axis:
            places = [(a + j * tensor.strides[i], b + j * dense[i]) for a, b in places for j in range(side)]
    n, step = shape[axis], tensor.strides[axis]
    for a, b in places:
        out[b:b + (n - 1) * dense[axis] + 1:dense[axis]] = (
            stored[a:a + (n - 1) * step + 1:step] if step else array.array("I", [stored[a]] * n))
    return out.tobytes()


def collect(source):
    """Yields (name, shape, bytes) of the 472 tensors in the order of the state dict."""
    tensors = dict(flatten(source.root))
    marks = {"Conv2d_1a_3x3.conv.weight": False, "layers.conv.weight": True}  # found under any prefix: module., base.
    found = [(name[:-len(mark)], graph) for name in tensors for mark, graph in marks.items()
             if name == mark or name.endswith("." + mark)]
    if len(found) != 1:
        raise Refused("holds no Inception v3 of FID: neither Conv2d_1a_3x3.conv.weight nor layers.conv.weight is there")
    prefix, by_graph = found[0]
    used = set()

    def take(name, shape, optional=False):
        if optional and prefix + name not in tensors:
            return struct.pack("<f", 1) * shape[0]
        if prefix + name not in tensors:
            raise Refused(f"has no tensor {prefix + name}")
        used.add(prefix + name)
        return values_of(source, prefix + name, tensors[prefix + name], shape)

    # The TorchScript file leaves out the gains of its batch norms: all are 1.
    for name, graph, shape in network():
        stem = f"layers.{graph}" if by_graph else name
        targets = ("conv.weight", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var")
        for part, target in zip(("weight", "gamma", "beta", "mean", "var") if by_graph else targets, targets):
            size = shape if target == "conv.weight" else shape[:1]
            yield f"{name}.{target}", size, take(f"{stem}.{part}", size, optional=part == "gamma")
    for part, shape in ("weight", (CLASSES, FEATURES)), ("bias", (CLASSES,)):
        yield f"fc.{part}", shape, take(f"{'output' if by_graph else 'fc'}.{part}", shape)
    rest = [name for name in tensors if name not in used and not name.endswith("num_batches_tracked")]
    if rest:
        print(f"convert.py: {len(rest)} tensors were not needed: {', '.join(rest[:5])}", file=sys.stderr)


def write_safetensors(path, tensors):
    """Beside the final name first, so that a failing run leaves no piece. Returns the SHA-256."""
    header, data, at = {"__metadata__": {"network": "inception-v3-fid"}}, [], 0
    for name, shape, raw in tensors:
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [at, at + len(raw)]}
        data.append(raw)
        at += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    digest = hashlib.sha256()
    temporary = f"{path}.tmp-{os.getpid()}"
    try:
        with open(temporary, "xb") as file:
            for piece in [struct.pack("<Q", len(text)), text] + data:
                file.write(piece)
                digest.update(piece)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
    return digest.hexdigest()


def sha256_of(file):
    digest = hashlib.sha256()
    for piece in iter(lambda: file.read(1 << 20), b""):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


def convert(path, out):
    if os.path.exists(out) and os.path.samefile(path, out):
        raise Refused("is the output as well; name another with -o")
    with open(path, "rb") as file:
        digest = sha256_of(file)
        # Files of the torch hub carry the first digits of their SHA-256. Of others a date may look the same.
        promised = re.search(r"-([0-9a-f]{8,64})\.(pth|pt)$", os.path.basename(path))
        if promised and not digest.startswith(promised[1]):
            fault = f"has SHA-256 {digest}, but its name says {promised[1]}..."
            if promised[1] == PUBLISHED:
                raise Refused(fault + "; download it anew")
            print(f"convert.py: warning: {path}: {fault}", file=sys.stderr)
        magic = file.peek(9)[:9]
        if magic[8:] == b"{":
            raise Refused("is a safetensors file already; give it to inr-fid --network")
        source = (ZipSource if magic.startswith(b"PK") else LegacySource)(file)
        made = write_safetensors(out, collect(source))
    print(f"{path}: {source.kind}, sha256 {digest}\n{out}: sha256 {made}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", metavar="SOURCE")
    parser.add_argument("-o", "--out", required=True, metavar="OUT.safetensors")
    options = parser.parse_args()
    try:
        convert(options.source, options.out)
    except Refused as error:
        sys.exit(f"convert.py: {options.source}: {error}")
    except OSError as error:
        sys.exit(f"convert.py: {error.filename or options.out}: {error.strerror}")
    except Exception as error:  # what pickle and zipfile throw at damaged files is of any kind
        sys.exit(f"convert.py: {options.source}: damaged, or no file of weights ({type(error).__name__}: {error})")


if __name__ == "__main__":
    main()
