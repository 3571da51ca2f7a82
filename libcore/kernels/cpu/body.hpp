// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The operations, written once over vectors of any width. Included by one file for each instruction set, which is
// compiled for that set alone: everything here is in an unnamed namespace, and no header of the standard library with
// inline code is included, so that no function built for a newer processor is ever linked into the common code.
//
// The layer is the hot path: kRows rows of a strip against kVectors vectors of a panel stay in registers through all
// summands; bias, the coarser grid's values and ReLU happen there too.
#pragma once
#include "kernels/cpu/linear.hpp"
#include "kernels/cpu/rows.hpp"
#include "kernels/cpu/vectors.hpp"

namespace inr::kernels {
namespace {

inline Vector activated(Vector v, Activation activation) {  // keeps what is not a number
  if (activation == Activation::kNone) return v;
  return v < 0 ? (activation == Activation::kRelu ? Vector{} : v * 0.2F) : v;
}

/// Adds strips times panel to the accumulators.
template <int kN, int kM>
inline __attribute__((always_inline)) void multiply(const float* __restrict strip, const float* __restrict panel,
                                                    int64_t columns, Vector (&sum)[kN][kM]) {
  for (int64_t c = 0; c < columns; ++c) {
    Vector x[kM];
    for (int j = 0; j < kM; ++j) x[j] = load(panel + c * kPanel + j * kLanes);
#pragma GCC unroll 8
    for (int i = 0; i < kN; ++i) {
      const float w = strip[c * kStrip + i];
#pragma GCC unroll 8
      for (int j = 0; j < kM; ++j) sum[i][j] += w * x[j];
    }
  }
}

/// Where the values of a vector's points lie on the coarser grid: parents step by 0 or 1, so within one vector from the
/// first point's cell.
struct Shared {
  int64_t base[kPanelVectors];
  Ints index[kPanelVectors];
};

Shared share(const int32_t* parents) {
  Shared out = {};
  for (int j = 0; j < kPanelVectors; ++j) {
    const int32_t* p = parents + j * kLanes;
    out.base[j] = p[0];
    for (int l = 0; l < kLanes; ++l) out.index[j][l] = p[l] - p[0];
  }
  return out;
}

inline Vector gather(const float* row, const Shared& shared, int j) {
  return shuffled(load(row + shared.base[j]), shared.index[j]);
}

/// kN rows from `row` on, all vectors of one panel.
template <int kN>
void rows_of_panel(const LayerJob& job, int64_t row, int64_t p, const Shared* shared) {
  for (int first = 0; first < kPanelVectors; first += kVectors) {
    Vector sum[kN][kVectors];
    for (int i = 0; i < kN; ++i) {
      const Vector bias = broadcast(job.bias == nullptr ? 0 : job.bias[row + i]);
      for (int j = 0; j < kVectors; ++j) {
        sum[i][j] = bias;
        for (int n = 0; n < job.n_addends; ++n) {
          sum[i][j] += load(job.addends[n] + (row + i) * kPanel + (first + j) * kLanes);
        }
        if (row + i >= job.rows) continue;
        for (int n = 0; n < job.n_coarse; ++n) {
          sum[i][j] += gather(job.coarse[n].values + (row + i) * job.coarse[n].stride, shared[n], first + j);
        }
      }
    }
    for (int n = 0; n < job.n_parts; ++n) {
      const Part& part = job.parts[n];
      const float* strip = part.strips + row / kStrip * part.strip_stride + row % kStrip;
      multiply<kN, kVectors>(strip, part.panels + p * part.panel_stride + first * kLanes, part.columns, sum);
    }
    float* to = job.out + row * job.out_channel_stride + p * job.out_panel_stride + first * kLanes;
    for (int i = 0; i < kN; ++i) {
      for (int j = 0; j < kVectors; ++j) {
        store(to + i * job.out_channel_stride + j * kLanes, activated(sum[i][j], job.activation));
      }
    }
  }
}

void layer(const LayerJob& job) {
  constexpr int kFew = 4;  // to-RGB has three rows
  for (int64_t p = 0; p < job.panels; ++p) {
    Shared shared[LayerJob::kMaxCoarse];
    for (int n = 0; n < job.n_coarse; ++n) shared[n] = share(job.coarse[n].parents + p * kPanel);
    int64_t row = 0;
    for (; row + kFew < job.rows; row += kRows) rows_of_panel<kRows>(job, row, p, shared);
    for (; row < job.rows; row += kFew) rows_of_panel<kFew>(job, row, p, shared);
  }
}

/// exp, for what sigmoid and tanh need: relative error about 1e-7, arguments are clamped to [-87, 88].
inline Vector exponential(Vector x) {
  constexpr float kLog2e = 1.44269504088896341F;
  constexpr float kLn2High = 0.693359375F;  // few bits: n * kLn2High is exact
  constexpr float kLn2Low = -2.12194440e-4F;
  x = x > 88.0F ? broadcast(88.0F) : x;
  x = x < -87.0F ? broadcast(-87.0F) : x;
  constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: adding it rounds to the nearest integer
  const Vector shifted = x * kLog2e + kRound;
  const Vector n = shifted - kRound;
  const Vector r = (x - n * kLn2High) - n * kLn2Low;
  Vector p = broadcast(1.0F / 5040);  // Taylor on [-ln 2 / 2, ln 2 / 2]: the next term is below 6e-9
  p = p * r + 1.0F / 720;
  p = p * r + 1.0F / 120;
  p = p * r + 1.0F / 24;
  p = p * r + 1.0F / 6;
  p = p * r + 0.5F;
  p = p * r + 1.0F;
  p = p * r + 1.0F;
  const Ints exponent = (__builtin_convertvector(n, Ints) + 127) << 23;
  return p * __builtin_bit_cast(Vector, exponent);
}

void tanh(float* values, int64_t n) {
  constexpr float kSmall = 0.0625F;
  const auto of = [](Vector x) {
    const Vector size = x < 0 ? -x : x;
    const Vector e = exponential(-2.0F * size);
    const Vector large = (1.0F - e) / (1.0F + e);
    const Vector square = x * x;  // near 0 the quotient loses digits: x - x^3 / 3 + 2 x^5 / 15
    const Vector small = size - size * square * (1.0F / 3 - square * (2.0F / 15));
    const Vector value = size < kSmall ? small : large;
    return x < 0 ? -value : value;
  };
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(values + i, of(load(values + i)));
  if (i < n) {
    Vector last{};
    for (int64_t l = 0; i + l < n; ++l) last[l] = values[i + l];
    last = of(last);
    for (int64_t l = 0; i + l < n; ++l) values[i + l] = last[l];
  }
}

/// kLanes columns of one row of a strip. sum: of a times b.
inline Vector weight(const WeightJob& job, int64_t row, Vector shared, Vector sum) {
  Vector value = broadcast(job.scale);
  if (job.a != nullptr) value *= job.gated ? 2.0F / (1.0F + exponential(-sum)) : sum;
  if (job.gain != nullptr) value *= job.gain[row];
  return job.shared != nullptr ? value * shared : value;
}

void weights(const WeightJob& job) {
  constexpr int64_t kRanksAtOnce = 256;
  alignas(64) Vector b[kRanksAtOnce];
  for (int64_t c = 0; c < job.columns; c += kLanes) {
    const int64_t n = job.columns - c < kLanes ? job.columns - c : kLanes;
    const auto read = [n](const float* from) {
      if (n == kLanes) return load(from);
      Vector v{};
      for (int64_t l = 0; l < n; ++l) v[l] = from[l];
      return v;
    };
    Vector sums[kStrip] = {};  // one chain each, whatever is read at once
    for (int64_t first = 0; first < job.rank; first += kRanksAtOnce) {
      const int64_t ranks = job.rank - first < kRanksAtOnce ? job.rank - first : kRanksAtOnce;
      for (int64_t k = 0; k < ranks; ++k) b[k] = read(job.b + (first + k) * job.b_stride + job.first + c);
      for (int64_t row = 0; row < job.rows; ++row) {
        Vector sum = sums[row];
        for (int64_t k = 0; k < ranks; ++k) sum += job.a[row * job.rank + first + k] * b[k];
        sums[row] = sum;
      }
    }
    for (int64_t row = 0; row < kStrip; ++row) {
      Vector value{};
      if (row < job.rows) {
        const Vector shared =
            job.shared == nullptr ? Vector{} : read(job.shared + row * job.shared_stride + job.first + c);
        value = weight(job, row, shared, sums[row]);
      }
      for (int64_t l = 0; l < n; ++l) job.out[(c + l) * kStrip + row] = value[l];
    }
  }
}

constexpr Operations table(const char* name) {
  return {name, layer, weights, spread, combine, features, interpolate, moments, differences, linear, tanh};
}

}  // namespace
}  // namespace inr::kernels
