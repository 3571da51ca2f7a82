// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Linear layers for groups of latents: the hypernetwork. See body.hpp.
//
// kRows rows of the matrix against kVectors vectors of latents stay in registers through all columns. A group may be
// wider than a vector or two groups may be worked on at once: vectors are numbered through all groups.
#pragma once
#include "kernels/cpu/vectors.hpp"

namespace inr::kernels {
namespace {

constexpr int64_t kGroupVectors = kGroup / kLanes;
static_assert(kGroup % kLanes == 0);

/// kN rows from `row` on, kM vectors from `vector` on.
template <int kN, int kM>
void linear_tile(const LinearJob& job, int64_t row, int64_t vector) {
  const float* __restrict weight = job.weight + row * job.weight_stride;
  const float* in[kM];
  for (int j = 0; j < kM; ++j) {
    const int64_t v = vector + j;
    in[j] = job.in + v / kGroupVectors * job.in_stride + v % kGroupVectors * kLanes;
  }
  Vector sum[kN][kM];
  for (int i = 0; i < kN; ++i) {
    for (int j = 0; j < kM; ++j) sum[i][j] = broadcast(job.bias[row + i]);
  }
  for (int64_t k = 0; k < job.columns; ++k) {
    Vector x[kM];
    for (int j = 0; j < kM; ++j) x[j] = load(in[j] + k * kGroup);
#pragma GCC unroll 8
    for (int i = 0; i < kN; ++i) {
      const float w = weight[i * job.weight_stride + k];
#pragma GCC unroll 8
      for (int j = 0; j < kM; ++j) sum[i][j] += w * x[j];
    }
  }
  for (int i = 0; i < kN; ++i) {
    for (int j = 0; j < kM; ++j) {
      const int64_t v = vector + j;
      float* to = job.out + v / kGroupVectors * job.out_stride + (row + i) * kGroup + v % kGroupVectors * kLanes;
      store(to, sum[i][j]);
    }
  }
}

template <int kN>
void linear_rows(const LinearJob& job, int64_t row) {
  const int64_t n_vectors = job.n_groups * kGroupVectors;
  int64_t v = 0;
  for (; v + kVectors <= n_vectors; v += kVectors) linear_tile<kN, kVectors>(job, row, v);
  for (; v < n_vectors; ++v) linear_tile<kN, 1>(job, row, v);
}

void linear(const LinearJob& job) {
  int64_t row = 0;
  for (; row + kRows <= job.rows; row += kRows) linear_rows<kRows>(job, row);
  for (; row < job.rows; ++row) linear_rows<1>(job, row);
}

}  // namespace
}  // namespace inr::kernels
