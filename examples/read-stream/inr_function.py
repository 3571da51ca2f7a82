#!/usr/bin/env python3
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
"""Evaluates the functions of an INR stream in double precision, with Python's standard library alone. Every line follows a
sentence of inr-stream.5, EVALUATION; nothing is tuned. It is slow: for small pictures, and to be compared with.

    inr_function.py STREAM < REQUESTS

REQUESTS has a line for each picture, "RECORD WIDTH HEIGHT X0 Y0 X1 Y1 CELLS UPSAMPLE_FROM" (tests/conformance/README.md).
Out come the values "R G B" of every pixel, row by row, and at the end the verdict on the stream: "whole 3", "cut-short 1",
...

Notation: q the point that a block sees, x features, W [C_out][C_in], R cells per side, d width of a block, r rank.
"""
import math
import os
import sys

from read_stream import StreamFault, damaged_unless, read_streams

DEFAULTS = {"resolution": 256, "decoder": "multiscale", "rank": 10, "join": "concat", "fourier_scale": 10.0, "w_dim": 512,
            "upsampling": "nearest", "instance_norm": False,
            "blocks": [{"resolution": 128, "width": 512, "frequencies": 256, "layers": 4, "rgb": True},
                       {"resolution": 256, "width": 256, "frequencies": 128, "layers": 4, "rgb": True}]}
HYPERNETWORK = ("z_dim", "hidden", "depth")  # keys of what made theta; without meaning here
FOLLOW = ("modulation", "skip_coords", "upsample_from")
BLOCK_DEFAULTS = {"resolution": 0, "width": 0, "frequencies": 0, "layers": 0, "rgb": False, "fixed_frequencies": 0,
                  "random_frequencies": 0, "cosine": True, "constants": 0}


def complete(config):
    """The configuration with all its keys; some absent ones follow from others. An unknown key would make it another
    function."""
    damaged_unless(set(config) <= {*DEFAULTS, *HYPERNETWORK, *FOLLOW} and
                   all(set(block) <= set(BLOCK_DEFAULTS) for block in config.get("blocks", [])) and
                   config.get("decoder", "multiscale") in KINDS, "in its head: an unknown key or decoder")
    config = {**DEFAULTS, **config}
    config["blocks"] = [{**BLOCK_DEFAULTS, **block} for block in config["blocks"]]
    config.setdefault("modulation", "full" if config["decoder"] == "fourier" else "fmm")
    config.setdefault("skip_coords", config["decoder"] not in ("latent", "hyper", "released"))
    config.setdefault("upsample_from", len(config["blocks"]) - 1)
    if config["modulation"] == "se":
        config["rank"] = 1
    return config


# ---- small linear algebra on lists ----
def product(a, b):
    columns = list(zip(*b))
    return [[sum(u * v for u, v in zip(row, column)) for column in columns] for row in a]


def affine(layer, x):
    weight, bias = layer
    return [sum(w * v for w, v in zip(row, x)) + b for row, b in zip(weight, bias)]


def scaled(factor, vector): return [factor * v for v in vector]
def add(a, b): return [u + v for u, v in zip(a, b)]
def relu(x): return [max(v, 0.0) for v in x]
def leaky(x): return [math.sqrt(2) * (0.2 * v if v < 0 else v) for v in x]
def sigmoid(v): return 1 / (1 + math.exp(-v)) if v > -700 else 0.0
def floor(t): return math.floor(t + 1e-6)  # a point this close below a cell's edge lies on the edge
def clamp(t, low, high): return min(max(t, low), high)


class Theta:
    """The parameters of a record, handed out from the front."""

    def __init__(self, values):
        self.values, self.at = values, 0

    def vector(self, n):
        self.at += n
        damaged_unless(self.at <= len(self.values), "in its head: n_theta is too small for its configuration")
        return self.values[self.at - n:self.at]

    def matrix(self, rows, columns):
        return [self.vector(columns) for _ in range(rows)]


class Function:
    """A record as a function of the plane. Its kinds, below, say what block k makes of a point q (x, y) of its grid and of
    the features of the block before: block(k, q, coarse) -> (features, rgb)."""
    first_block = 0

    def __init__(self, head, theta):
        self.config, self.tensors, self.theta = complete(head.config), head.tensors, Theta(theta)
        self.blocks = self.config["blocks"]
        try:
            self.prepare()
        except KeyError as error:
            raise StreamFault("damaged", f"the stream is damaged in its head: no tensor {error}") from error
        damaged_unless(self.theta.at == len(theta), "in its head: n_theta is too large for its configuration")

    def vector(self, name): return self.tensors[name][1]

    def matrix(self, name):
        (rows, columns), values = self.tensors[name]
        return [values[i * columns:(i + 1) * columns] for i in range(rows)]

    # ---- a picture: which cells, then every cell once ----
    def grids(self, low, high, n_pixels, cells, upsample_from):
        """R_k of all blocks along an axis; they need not be whole."""
        scale = 1.0 if cells == "training" else n_pixels / (high - low) / self.config["resolution"]
        first = self.config["upsample_from"] if upsample_from is None else upsample_from
        return [block["resolution"] * (scale if scale < 1 or k >= first else 1.0) for k, block in enumerate(self.blocks)]

    @staticmethod
    def cells(p, grids):
        """The cells of all blocks that a coordinate lies in: the last block's, then each the parent of the next."""
        cells = [floor(p * grids[-1])]
        for k in range(len(grids) - 1, 0, -1):
            cells.insert(0, floor(cells[0] * (grids[k - 1] / grids[k])))
        return cells

    def picture(self, size, window, cells, upsample_from):
        """[H][W][3]"""
        (width, height), (x0, y0, x1, y1) = size, window
        grids_x = self.grids(x0, x1, width, cells, upsample_from)
        grids_y = self.grids(y0, y1, height, cells, upsample_from)
        columns = [self.cells(x0 + j * (x1 - x0) / width, grids_x) for j in range(width)]
        rows = [self.cells(y0 + i * (y1 - y0) / height, grids_y) for i in range(height)]
        known = {}  # (block, cell in x, cell in y): its features, its rgb and that of the coarser blocks

        def value(x_cells, y_cells):
            features, total = [], [0.0, 0.0, 0.0]
            for k in range(self.first_block, len(self.blocks)):
                key = (k, x_cells[k], y_cells[k])
                if key not in known:
                    new, rgb = self.block(k, (x_cells[k] / grids_x[k], y_cells[k] / grids_y[k]), features)
                    known[key] = (new, add(total, rgb))
                features, total = known[key]
            return self.colours(total)
        return [[value(x, y) for x in columns] for y in rows]

    def colours(self, rgb): return [math.tanh(v) for v in rgb]


class Latent(Function):
    """One network for all records: theta is w, which enters every layer through weights of its own."""

    def prepare(self):
        w, self.layers = self.theta.vector(self.config["w_dim"]), []
        for n in range(self.blocks[0]["layers"]):
            weight, latent = self.matrix(f"inr.0.{n}.shared"), self.matrix(f"inr.0.{n}.latent")
            s = 0.2 * math.sqrt(2 / (len(weight[0]) + len(w)))
            bias = affine((latent, scaled(s, self.vector(f"inr.0.{n}.shared_bias"))), w)
            self.layers.append((weight, bias))
        self.rgb = (self.matrix("inr.0.rgb.shared"), self.vector("inr.0.rgb.bias"))

    def block(self, k, q, coarse):
        x = q
        for layer in self.layers:
            x = relu(affine(layer, x))
        return x, affine(self.rgb, x)


class Blocks(Function):
    """hyper, fourier, fmm, multiscale."""

    def layer(self, name, kind, c_out, c_in, connector=False):
        """(weight, bias) of a layer, whose share of theta is next."""
        theta, r = self.theta, self.config["rank"]
        s_w = math.sqrt((1 if connector else 2) / c_in)
        s_b = s_w if connector else 0.2 * s_w
        if kind in ("fmm", "se"):
            modulation = product(theta.matrix(c_out, r), theta.matrix(r, c_in))
            weight = [[s * 2 * sigmoid(m) for s, m in zip(*rows)]
                      for rows in zip(self.matrix(name + ".shared"), modulation)]
        elif kind == "lowrank":
            weight = [scaled(s_w, row) for row in product(theta.matrix(c_out, r), theta.matrix(r, c_in))]
        elif kind == "full":
            weight = [scaled(s_w, row) for row in theta.matrix(c_out, c_in)]
        elif kind == "adain":
            gains, bias = [2 * sigmoid(g) for g in theta.vector(c_out)], theta.vector(c_out)
            weight = [scaled(g * s_w, row) for g, row in zip(gains, self.matrix(name + ".shared"))]
            return weight, [g * s_b * s + b for g, s, b in zip(gains, self.vector(name + ".shared_bias"), bias)]
        return weight, scaled(s_b, theta.vector(c_out))

    def prepare(self):
        config = self.config
        point_itself = config["decoder"] == "hyper"
        kind = "full" if point_itself else config["modulation"]
        n_rgb, below, self.made = sum(block["rgb"] for block in self.blocks), 0, []
        for k, block in enumerate(self.blocks):
            d, split = block["width"], k > 0 and config["join"] == "split"
            learned = self.theta.matrix(block["frequencies"], 2)
            made = {"frequencies": [scaled(config["fourier_scale"], row) for row in learned] + fixed_frequencies(block)}
            n_e = 2 if point_itself else 2 * len(made["frequencies"])
            if split:
                made["low"] = self.layer(f"inr.{k}.low", "fmm", d, below, connector=True)
                made["high"] = self.layer(f"inr.{k}.high", "fmm", d, n_e, connector=True)
            made["sees_e"], made["layers"] = [], []
            for n in range(block["layers"]):
                first = n == 0 and not split  # of block 0, or of a block joined by concat: it sees e in any case
                made["sees_e"].append(first or config["skip_coords"])
                c_in = (below if first else d) + (n_e if made["sees_e"][n] else 0)
                made["layers"].append(self.layer(f"inr.{k}.{n}", kind, d, c_in))
            if block["rgb"]:
                s = math.sqrt(2 / d / n_rgb)
                made["rgb"] = ([scaled(s, row) for row in self.theta.matrix(3, d)], scaled(0.2 * s, self.theta.vector(3)))
            self.made.append(made)
            below = d

    def block(self, k, q, coarse):
        made, e = self.made[k], list(q)
        if self.config["decoder"] != "hyper":
            phases = [bx * q[0] + by * q[1] for bx, by in made["frequencies"]]
            e = [math.sin(t) for t in phases] + [math.cos(t) for t in phases]
        x = coarse
        if "low" in made:
            x = relu(add(affine(made["low"], x), affine(made["high"], e)))
        for layer, sees_e in zip(made["layers"], made["sees_e"]):
            x = relu(affine(layer, x + e if sees_e else x))
        return x, affine(made["rgb"], x) if "rgb" in made else [0.0, 0.0, 0.0]


def fixed_frequencies(block):
    """Rows of octaves f_i along y, along x, then along both diagonals."""
    n = math.ceil(math.log2(block["resolution"])) + 1
    octaves = [math.pi / 2 * 2 ** i for i in range(n)]
    rows = [[f * x, f * y] for x, y in ((0, 1), (1, 0), (-0.5, 0.5), (0.5, 0.5)) for f in octaves]
    return rows[:block["fixed_frequencies"]]


class Released(Function):
    """The generator of the authors' public checkpoints."""

    def prepare(self):
        r, self.layers, self.rgbs = self.config["rank"], [], []
        for k, block in enumerate(self.blocks):
            self.layers.append([])
            for n in range(block["layers"]):
                shared = self.matrix(f"inr.{k}.{n}.shared")
                modulation = product(self.theta.matrix(len(shared), r), self.theta.matrix(r, len(shared[0])))
                rows = [[s * (1 + m / math.sqrt(r)) for s, m in zip(*pair)] for pair in zip(shared, modulation)]
                weight = [scaled(1 / (math.sqrt(sum(v * v for v in row)) + 1e-8), row) for row in rows]
                self.layers[k].append((weight, self.vector(f"inr.{k}.{n}.bias")))
            style = scaled(1 / math.sqrt(block["width"]), self.theta.vector(block["width"]))
            weight = [[w * s for w, s in zip(row, style)] for row in self.matrix(f"inr.{k}.rgb.shared")]
            self.rgbs.append((weight, self.vector(f"inr.{k}.rgb.bias")))
        self.own_grids()

    def own_grids(self):
        """All blocks on the grids of training: maps of features and colours [R][R][C]; standard deviations."""
        self.maps, self.sums = [], []
        self.factors = [[None] * block["layers"] for block in self.blocks]
        for k, side in enumerate(block["resolution"] for block in self.blocks):
            points = [(j / side, i / side) for i in range(side) for j in range(side)]
            x = [self.inputs(k, q, self.lift(self.maps, k, q)) for q in points]
            for n, layer in enumerate(self.layers[k]):
                if n > 0 and self.config["instance_norm"]:
                    self.factors[k][n] = [1 / (deviation(channel) + 1e-8) for channel in zip(*x)]
                x = [self.one_layer(k, n, v) for v in x]
            rgb = [add(affine(self.rgbs[k], v), self.lift(self.sums, k, q) or [0.0] * 3) for v, q in zip(x, points)]
            for maps, values in ((self.maps, x), (self.sums, rgb)):
                maps.append([values[i * side:(i + 1) * side] for i in range(side)])
        if self.config["upsampling"] == "bilinear":
            self.first_block = len(self.blocks) - 1  # the blocks before are maps: neighbours enter by interpolation

    def lift(self, maps, k, q):
        """The map of block k-1 at a point of block k; nothing for the first block."""
        if k == 0:
            return []
        here, below, source = self.blocks[k]["resolution"], self.blocks[k - 1]["resolution"], maps[k - 1]
        if self.config["upsampling"] == "nearest":
            j, i = (clamp(floor(t * below), 0, below - 1) for t in q)
            return source[i][j]
        tx, ty = (clamp(t * here * (below - 1) / (here - 1), 0, below - 1) for t in q)
        j, i = (min(int(t), below - 2) for t in (tx, ty))
        top, bottom = (mix(source[a][j], source[a][j + 1], tx - j) for a in (i, i + 1))
        return mix(top, bottom, ty - i)

    def inputs(self, k, q, coarse):
        """What the first layer of a block sees."""
        block, resolution = self.blocks[k], self.blocks[k]["resolution"]
        e = list(coarse)
        if block["fixed_frequencies"] + block["random_frequencies"] > 0:
            u, v = 2 * q[0] - 1, 1 - 2 / resolution - 2 * q[1]  # y points up; u is a cell's left edge, v its lower one
            phases = [bx * u + by * v for bx, by in self.matrix(f"inr.{k}.basis")]
            e += [math.sin(t) for t in phases] + ([math.cos(t) for t in phases] if block["cosine"] else [])
        if block["constants"]:
            j, i = (clamp(floor(t * resolution), 0, resolution - 1) for t in q)
            e += self.vector(f"inr.{k}.constants")[i * resolution + j::resolution * resolution]
        return e

    def one_layer(self, k, n, x):
        if self.factors[k][n]:
            x = [f * v for f, v in zip(self.factors[k][n], x)]
        return leaky(affine(self.layers[k][n], x))

    def block(self, k, q, coarse):
        bilinear = self.config["upsampling"] == "bilinear"
        x = self.inputs(k, q, self.lift(self.maps, k, q) if bilinear else coarse)
        for n in range(self.blocks[k]["layers"]):
            x = self.one_layer(k, n, x)
        rgb = affine(self.rgbs[k], x)
        return x, add(rgb, self.lift(self.sums, k, q)) if bilinear and k > 0 else rgb

    def colours(self, rgb): return rgb


def mix(a, b, part): return [u + (v - u) * part for u, v in zip(a, b)]


def deviation(values):
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1))


KINDS = {"latent": Latent, "hyper": Blocks, "fourier": Blocks, "fmm": Blocks, "multiscale": Blocks, "released": Released}


def function_of(head, theta): return KINDS[complete(head.config)["decoder"]](head, theta)


def evaluate(file, requests):
    """requests: [(record, size, window, cells, upsample_from)] -> (their pictures, the verdict, the number of whole
    records)"""
    pictures, verdict, n_records = [None] * len(requests), "whole", 0
    try:
        for head, _, theta in read_streams(file):
            wanted = [n for n, request in enumerate(requests) if request[0] == n_records]
            if wanted:
                function = function_of(head, theta)
            for n in wanted:
                pictures[n] = function.picture(*requests[n][1:])
            n_records += 1
    except StreamFault as fault:
        verdict = fault.kind
    return pictures, verdict, n_records


def parse_request(line):
    record, width, height, x0, y0, x1, y1, cells, upsample_from = line.split()
    return (int(record), (int(width), int(height)), tuple(map(float, (x0, y0, x1, y1))), cells,
            None if upsample_from == "-" else int(upsample_from))


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: inr_function.py STREAM < REQUESTS")
    with open(sys.argv[1], "rb") as file:
        pictures, verdict, n_records = evaluate(file, [parse_request(line) for line in sys.stdin])
    for picture in pictures:
        for row in picture or []:
            for pixel in row:
                print(*pixel)
    print(verdict, n_records)


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        os._exit(1)
