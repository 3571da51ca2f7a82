#!/usr/bin/env python3
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
"""A peer for bench_fid: the Frechet step as the public packages take it, by scipy's square root of the product of both
covariances.

    peer_scipy.py [D] [ROUNDS]    prints the trace term and "frechet: scipy sqrtm, D features   S s", the median

Needs numpy and scipy; OMP_NUM_THREADS and OPENBLAS_NUM_THREADS set the threads.
"""
import sys, time
import numpy as np
import scipy
from scipy import linalg

def covariance(seed, d):
    """Of 2 D rows whose features differ much in size, as those of pictures do: exp(-i / 300) of feature i."""
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((2 * d, d)) @ rng.standard_normal((d, d)) / np.sqrt(d) * np.exp(-np.arange(d) / 300)
    return np.cov(rows, rowvar=False)

def main():
    d = int(sys.argv[1]) if len(sys.argv) > 1 else 2048
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    real, fake = covariance(1, d), covariance(2, d)
    seconds = []
    for _ in range(rounds):
        begin = time.perf_counter()
        root = linalg.sqrtm(real @ fake)
        trace = np.trace(root.real)
        seconds.append(time.perf_counter() - begin)
    print(f"scipy {scipy.__version__}, numpy {np.__version__}; trace {trace:.9g}")
    print(f"frechet: scipy sqrtm, {d} features {np.median(seconds):8.3f} s")

main()
