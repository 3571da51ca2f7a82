#!/usr/bin/env python3
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
"""A peer for bench_render: the multi-scale INR in eager PyTorch, operation for operation what the paper's published code
does: features of every point as points times frequencies, transposed; weights by bmm and sigmoid; concatenation; one bmm
a layer, bias and ReLU apart; nearest upsampling (inr-checkpoint.5 and inr-stream.5 say what the names mean).

    peer_pytorch.py STREAM RESOLUTION THREADS OUT.npy    prints "seconds S", the median of an image of the first record

Needs torch, numpy and safetensors. Models of the training resolution whose grids nest; modulation fmm.
"""
import json, math, struct, sys, time
import numpy as np
import torch
from safetensors.torch import load

ROUNDS = 3

def read(path):
    """The configuration, the shared tensors, theta [n_theta] of the first record."""
    with open(path, "rb") as f:
        assert f.read(8) == b"INRSTRM\0"
        version, flags, size = struct.unpack("<IIQ", f.read(16))
        assert (version, flags) == (1, 0)
        blob = f.read(size)
        head = json.loads(blob[8:8 + struct.unpack("<Q", blob[:8])[0]])["__metadata__"]
        f.read(4)
        assert f.read(4) == b"REC "
        f.read(struct.unpack("<I", f.read(4))[0])
        theta = np.frombuffer(f.read(4 * int(head["n_theta"])), np.float32).copy()
    return json.loads(head["config"]), load(blob), torch.from_numpy(theta)

class Theta:
    """Reads theta in order; one image as a batch of one."""
    def __init__(self, theta): self.theta, self.at = theta[None], 0
    def take(self, *shape):
        n = math.prod(shape)
        self.at += n
        return self.theta[:, self.at - n:self.at].reshape(1, *shape)

def layer(x, theta, shared, rank, connector=False):
    c_out, c_in = shared.shape
    left, right, bias = theta.take(c_out, rank), theta.take(rank, c_in), theta.take(c_out, 1)
    weight = shared * (torch.bmm(left, right).sigmoid() * 2)
    scale = math.sqrt(1 / c_in) if connector else 0.2 * math.sqrt(2 / c_in)
    return torch.bmm(weight, x) + bias * scale

def image(model, shared, flat, resolution):
    theta, rank = Theta(flat), model["rank"]
    split, skip = model["join"] == "split", model["skip_coords"]
    n_rgb = sum(b["rgb"] for b in model["blocks"])
    x = rgb = None
    for k, b in enumerate(model["blocks"]):
        R = b["resolution"] * resolution // model["resolution"]
        axis = torch.arange(R) / R
        q = torch.stack([axis.repeat(R), axis.repeat_interleave(R)], 1)[None]  # [1, R R, 2]
        frequencies = model["fourier_scale"] * theta.take(b["frequencies"], 2)
        phase = (q @ frequencies.transpose(1, 2)).transpose(1, 2)  # [1, m, R R], points first in memory
        e = torch.cat([phase.sin(), phase.cos()], 1)
        up = lambda v: torch.nn.functional.interpolate(v, (R, R), mode="nearest")
        if k > 0:
            coarse = x
            if not split:
                x = up(x).reshape(1, -1, R * R)
            else:
                low = layer(coarse.reshape(1, coarse.shape[1], -1), theta, shared[f"inr.{k}.low.shared"], rank, True)
                low = up(low.reshape(1, -1, *coarse.shape[2:])).reshape(1, -1, R * R)
                x = torch.relu(low + layer(e, theta, shared[f"inr.{k}.high.shared"], rank, True))
        else:
            x = e
        for L in range(b["layers"]):
            if (k or L) and (skip or (L == 0 and not split)):
                x = torch.cat([x, e], 1)
            x = torch.relu(layer(x, theta, shared[f"inr.{k}.{L}.shared"], rank))
        x = x.reshape(1, -1, R, R)
        rgb = None if rgb is None else up(rgb)
        if b["rgb"]:
            scale = math.sqrt(2 / b["width"] / n_rgb)
            weight, bias = scale * theta.take(3, b["width"]), 0.2 * scale * theta.take(3, 1)
            y = (torch.bmm(weight, x.reshape(1, b["width"], -1)) + bias).reshape(1, 3, R, R)
            rgb = y if rgb is None else rgb + y
    return torch.tanh(rgb)

if __name__ == "__main__":
    stream, resolution, threads, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    torch.set_num_threads(threads)
    model, shared, theta = read(stream)
    seconds = []
    with torch.inference_mode():
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            picture = image(model, shared, theta, resolution)
            seconds.append(time.perf_counter() - begin)
    np.save(out, picture.numpy())
    print(f"seconds {sorted(seconds)[len(seconds) // 2]:.6f}")
