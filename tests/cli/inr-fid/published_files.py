#!/usr/bin/env python3
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
"""published_files.py CONVERTER: files laid out as the published ones of FID's Inception v3, with made-up weights, in the
working folder: old.pth and zip.pth (torch.save, old and new), script.pt (TorchScript), and files that are not right.
Without torch: its pickles name classes that are made here under the names they have there."""
import collections, importlib.util, io, pickle, random, struct, sys, types, zipfile

spec = importlib.util.spec_from_file_location("convert", sys.argv[1])
convert = importlib.util.module_from_spec(spec)
spec.loader.exec_module(convert)


def in_module(module, thing, name):
    """Makes pickles name a class or function as MODULE.NAME."""
    parts = module.split(".")
    for i in range(len(parts)):
        sys.modules.setdefault(".".join(parts[:i + 1]), types.ModuleType(".".join(parts[:i + 1])))
    setattr(sys.modules[module], name, thing)
    thing.__module__, thing.__qualname__, thing.__name__ = module, name, name
    return thing


class FloatStorage:
    pass


class LongStorage:
    pass


def _rebuild_tensor_v2(*_):
    raise AssertionError("pickled only")


def build_intlist(*_):
    raise AssertionError("pickled only")


class Node:
    """A module of a TorchScript file."""


for thing in FloatStorage, LongStorage:
    in_module("torch", thing, thing.__name__)
in_module("torch._utils", _rebuild_tensor_v2, "_rebuild_tensor_v2")
in_module("torch.jit._pickle", build_intlist, "build_intlist")
in_module("__torch__.training.inception", Node, "Node")


class Stored:
    """Values in a storage of their own; strides as torch counts them."""
    def __init__(self, raw, shape, strides=None, kind=FloatStorage):
        self.raw, self.shape, self.kind = raw, tuple(shape), kind
        self.strides = strides
        if strides is None:
            self.strides, n = [], 1
            for side in reversed(self.shape):
                self.strides.insert(0, n)
                n *= side
        self.n = len(raw) // (8 if kind is LongStorage else 4)

    def __reduce__(self):
        return _rebuild_tensor_v2, (Reference(self), 0, self.shape, tuple(self.strides), False, collections.OrderedDict())


class Reference:
    def __init__(self, tensor):
        self.tensor = tensor


class IntList:
    def __reduce__(self):
        return build_intlist, ([1, 2],)


class Writer(pickle.Pickler):
    """Gives every storage its number."""
    def __init__(self, file, legacy):
        super().__init__(file, protocol=2)
        self.legacy, self.storages = legacy, []

    def persistent_id(self, value):
        if not isinstance(value, Reference):
            return None
        key = str(len(self.storages))
        self.storages.append(value.tensor)
        saved = ("storage", value.tensor.kind, key, "cpu", value.tensor.n)
        return saved + (None,) if self.legacy else saved


def write_zip(path, root, script=False, cut=False, swell=None):
    with zipfile.ZipFile(path, "w") as out:
        file = io.BytesIO()
        writer = Writer(file, False)
        writer.dump(root)
        out.writestr("inception/data.pkl", file.getvalue())
        for key, tensor in enumerate(writer.storages):
            if tensor is swell:
                out.writestr(f"inception/data/{key}", bytes(1 << 30), zipfile.ZIP_DEFLATED, 1)
                continue
            out.writestr(f"inception/data/{key}", tensor.raw[:-4] if cut and key == 7 else tensor.raw)
        out.writestr("inception/version", "3\n")
        if script:
            out.writestr("inception/constants.pkl", pickle.dumps((), 2))


def write_legacy(path, root):
    with open(path, "wb") as out:
        for value in 0x1950a86a20f9469cfc6c, 1001, {"protocol_version": 1001, "little_endian": True}:
            pickle.dump(value, out, 2)
        writer = Writer(out, True)
        writer.dump(root)
        pickle.dump([str(key) for key in range(len(writer.storages))], out, 2)
        for tensor in writer.storages:
            out.write(struct.pack("<q", tensor.n) + tensor.raw)


# Weights: pieces of one row of noise, so large that features neither vanish nor grow; all gains are 1.
rng = random.Random(1)
noise = [rng.uniform(-1, 1) for _ in range(4099)]


def values(n, scale, offset=0):
    row = struct.pack("<4099f", *(offset + scale * x for x in noise))
    start = 4 * rng.randrange(4099)
    return ((row + row)[start:start + len(row)] * (n // 4099 + 1))[:4 * n]


state, graph, n_layers = collections.OrderedDict(), Node(), 0


def put(root, path, tensor):
    *parents, leaf = path.split(".")
    for name in parents:
        root = root.__dict__.setdefault(name, Node())
    root.__dict__[leaf] = tensor


for name, place, shape in convert.network():
    fan_in = shape[1] * shape[2] * shape[3]
    parts = {"conv.weight": Stored(values(shape[0] * fan_in, (6 / fan_in) ** 0.5), shape),
             "bn.weight": Stored(struct.pack("<f", 1) * shape[0], shape[:1]),
             "bn.bias": Stored(values(shape[0], 0.1), shape[:1]),
             "bn.running_mean": Stored(values(shape[0], 0.1), shape[:1]),
             "bn.running_var": Stored(values(shape[0], 0.2, 1), shape[:1])}
    for part, tensor in parts.items():
        state[f"{name}.{part}"] = tensor
    state[f"{name}.bn.num_batches_tracked"] = Stored(struct.pack("<q", 0), (), kind=LongStorage)
    weight = parts["conv.weight"]
    if n_layers == 1:  # one that lies with its channels innermost
        o, i, h, w = shape
        taps = [weight.raw[4 * k:4 * k + 4] for k in range(o * fan_in)]
        moved = b"".join(taps[((a * i + d) * h + b) * w + c] for a in range(o) for b in range(h) for c in range(w) for d in range(i))
        weight = Stored(moved, shape, (h * w * i, 1, w * i, i))
    for part, tensor in (("weight", weight), ("beta", parts["bn.bias"]), ("mean", parts["bn.running_mean"]),
                         ("var", parts["bn.running_var"]), ("padding", IntList()), ("training", False)):
        put(graph, f"layers.{place}.{part}", tensor)
    n_layers += 1
for name, shape, scale in ("fc.weight", (1008, 2048), 0.1), ("fc.bias", (1008,), 0.1):
    state[name] = Stored(values(shape[0] * (shape[1] if len(shape) > 1 else 1), scale), shape)
    put(graph, name.replace("fc", "output"), state[name])

write_legacy("old.pth", state)
write_zip("zip.pth", {"state_dict": {"module." + name: tensor for name, tensor in state.items()}})
write_zip("script.pt", graph, script=True)

# What is refused.
write_zip("cut.pth", state, cut=True)
lacking = collections.OrderedDict(state)
del lacking["Mixed_7b.branch_pool.bn.bias"]
write_zip("lacking.pth", lacking)
misshapen = collections.OrderedDict(state)
misshapen["fc.bias"] = Stored(struct.pack("<1000f", *[0] * 1000), (1000,))
write_zip("misshapen.pth", misshapen)

# A storage that unpacks to a gigabyte behind a tensor of 1008 numbers; and one that says so.
for name, n in ("bomb.pth", 1008), ("large.pth", 1 << 28):
    swollen = collections.OrderedDict(state)
    swollen["fc.bias"] = Stored(b"", (1008,))
    swollen["fc.bias"].n = n
    write_zip(name, swollen, swell=swollen["fc.bias"])
# Dictionaries that hold themselves, and each other.
cycle = collections.OrderedDict(state)
cycle["self"], cycle["other"] = cycle, {"back": cycle, "again": {"back": cycle}}
write_zip("cycle.pth", cycle)


class Attack:
    def __reduce__(self):
        return __import__("os").system, ("touch executed",)


write_zip("attack.pth", {"a": Attack(), **{"Conv2d_1a_3x3.conv.weight": state["Conv2d_1a_3x3.conv.weight"]}})
write_legacy("attack-old.pth", Attack())
