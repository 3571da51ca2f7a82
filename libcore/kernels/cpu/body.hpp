// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The operations, written once over vectors of any width. Included by one file for each instruction set, which is
// compiled for that set alone: everything here is in an unnamed namespace, and no header of the standard library with
// inline code is included, so that no function built for a newer processor is ever linked into the common code.
//
// The layer is the hot path: kRows rows of a strip against kVectors vectors of a panel stay in registers through all
// summands; bias, the coarser grid's values and ReLU happen there too.
#pragma once
#include "kernels/operations.hpp"

namespace inr::kernels {
namespace {

#ifndef INR_VECTOR_BYTES
#error "the including file says how wide a vector is, and kRows, kVectors"
#endif

using Vector = float __attribute__((vector_size(INR_VECTOR_BYTES)));
using Loose = float __attribute__((vector_size(INR_VECTOR_BYTES), aligned(4), may_alias));
using Ints = int32_t __attribute__((vector_size(INR_VECTOR_BYTES)));

constexpr int kLanes = INR_VECTOR_BYTES / 4;
constexpr int kRegisterVectors = kRows * kVectors;  // that are summed at a time
constexpr int kPanelVectors = static_cast<int>(kPanel) / kLanes;
static_assert(kPanelVectors % kVectors == 0 && kStrip % kRows == 0);

inline Vector load(const float* p) { return *reinterpret_cast<const Loose*>(p); }
inline void store(float* p, Vector v) { *reinterpret_cast<Loose*>(p) = v; }
inline Vector broadcast(float x) { return Vector{} + x; }
inline Vector relu(Vector v) { return v < 0 ? Vector{} : v; }  // keeps what is not a number

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
  Shared out;
  for (int j = 0; j < kPanelVectors; ++j) {
    const int32_t* p = parents + j * kLanes;
    out.base[j] = p[0];
    for (int l = 0; l < kLanes; ++l) out.index[j][l] = p[l] - p[0];
  }
  return out;
}

inline Vector gather(const float* row, const Shared& shared, int j) {
  const Vector near = load(row + shared.base[j]);
#ifdef __clang__
  Vector out;
  for (int l = 0; l < kLanes; ++l) out[l] = near[shared.index[j][l]];
  return out;
#else
  return __builtin_shuffle(near, shared.index[j]);
#endif
}

/// kN rows from `row` on, all vectors of one panel.
template <int kN>
void rows_of_panel(const LayerJob& job, int64_t row, int64_t p, const Shared& shared) {
  for (int first = 0; first < kPanelVectors; first += kVectors) {
    Vector sum[kN][kVectors];
    for (int i = 0; i < kN; ++i) {
      const Vector bias = broadcast(job.bias == nullptr ? 0 : job.bias[row + i]);
      for (int j = 0; j < kVectors; ++j) {
        sum[i][j] = bias;
        if (job.coarse.values != nullptr && row + i < job.rows) {
          sum[i][j] += gather(job.coarse.values + (row + i) * job.coarse.stride, shared, first + j);
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
        store(to + i * job.out_channel_stride + j * kLanes, job.relu ? relu(sum[i][j]) : sum[i][j]);
      }
    }
  }
}

void layer(const LayerJob& job) {
  constexpr int kFew = 4;  // to-RGB has three rows
  for (int64_t p = 0; p < job.panels; ++p) {
    const Shared shared = job.coarse.values == nullptr ? Shared{} : share(job.coarse.parents + p * kPanel);
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

/// kLanes columns of one row of a strip.
inline Vector weight(const WeightJob& job, int64_t row, Vector shared, const Vector* b) {
  Vector value = broadcast(job.scale);
  if (job.a != nullptr) {
    Vector sum{};
    for (int64_t k = 0; k < job.rank; ++k) sum += job.a[row * job.rank + k] * b[k];
    value *= job.gated ? 2.0F / (1.0F + exponential(-sum)) : sum;
  }
  if (job.gain != nullptr) value *= job.gain[row];
  return job.shared != nullptr ? value * shared : value;
}

void weights(const WeightJob& job) {
  constexpr int64_t kMaxRank = 1024;
  alignas(64) Vector b[kMaxRank];
  for (int64_t c = 0; c < job.columns; c += kLanes) {
    const int64_t n = job.columns - c < kLanes ? job.columns - c : kLanes;
    const auto read = [n](const float* from) {
      if (n == kLanes) return load(from);
      Vector v{};
      for (int64_t l = 0; l < n; ++l) v[l] = from[l];
      return v;
    };
    for (int64_t k = 0; k < job.rank; ++k) b[k] = read(job.b + k * job.b_stride + job.first + c);
    for (int64_t row = 0; row < kStrip; ++row) {
      Vector value{};
      if (row < job.rows) {
        const Vector shared =
            job.shared == nullptr ? Vector{} : read(job.shared + row * job.shared_stride + job.first + c);
        value = weight(job, row, shared, b);
      }
      for (int64_t l = 0; l < n; ++l) job.out[(c + l) * kStrip + row] = value[l];
    }
  }
}

/// kN rows of points against kM vectors of a block, whose rows of nodes are `columns` apart.
template <int kN, int kM>
void spread_block(const SpreadJob& job, int64_t row, const float* values, int64_t columns, float* out) {
  Vector sum[kN][kM] = {};
  const float* weights = job.weights + row * job.nodes_y;
  for (int64_t i = 0; i < job.nodes_y; ++i) {
    Vector v[kM];
    for (int j = 0; j < kM; ++j) v[j] = load(values + i * columns + j * kLanes);
    for (int n = 0; n < kN; ++n) {
      const float w = weights[n * job.nodes_y + i];
      for (int j = 0; j < kM; ++j) sum[n][j] += w * v[j];
    }
  }
  for (int n = 0; n < kN; ++n) {
    for (int j = 0; j < kM; ++j) store(out + (row + n) * job.out_row_stride + j * kLanes, sum[n][j]);
  }
}

/// kN rows of points at once: the values at the nodes are read once for all of them.
template <int kN>
void spread_rows(const SpreadJob& job, int64_t row) {
  constexpr int kWide = kRegisterVectors / kN < 4 ? kRegisterVectors / kN : 4;
  for (int64_t s = 0; s < job.n_strips; ++s) {
    const float* strip = job.values + s * job.nodes_y * job.lane;
    float* out = job.out + s * job.out_strip_stride;
    for (int64_t begin = 0; begin < job.lane; begin += kSpreadBlock) {
      const int64_t columns = job.lane - begin < kSpreadBlock ? job.lane - begin : kSpreadBlock;
      const float* block = strip + begin * job.nodes_y;
      int64_t c = 0;
      for (; c + kWide * kLanes <= columns; c += kWide * kLanes) {
        spread_block<kN, kWide>(job, row, block + c, columns, out + begin + c);
      }
      for (; c < columns; c += kLanes) spread_block<kN, 1>(job, row, block + c, columns, out + begin + c);
    }
  }
}

void spread(const SpreadJob& job) {
  int64_t row = 0;
  for (; row + 4 <= job.n_rows; row += 4) spread_rows<4>(job, row);
  for (; row < job.n_rows; ++row) spread_rows<1>(job, row);
}

void combine(const CombineJob& job) {
  for (int64_t s = 0; s < job.n_strips; ++s) {
    const float* strip = job.strips + s * job.strip_stride;
    float* out = job.out + s * job.out_strip_stride;
    for (int64_t i = 0; i < job.columns * kStrip; ++i) out[i] = 0;
    for (int64_t n = 0; n < job.n_entries; ++n) {
      const Entry& entry = job.entries[n];
      for (int64_t i = 0; i < kStrip; ++i) out[entry.to * kStrip + i] += entry.factor * strip[entry.from * kStrip + i];
    }
  }
}

void features(const FeatureJob& job) {
  for (int64_t i = 0; i < job.frequencies; ++i) {
    for (int j = 0; j < kPanelVectors; ++j) {
      const int64_t at = i * kPanel + j * kLanes;
      const bool each = job.y_stride == kPanel;
      const Vector sin_y = each ? load(job.sin_y + at) : broadcast(job.sin_y[i * job.y_stride]);
      const Vector cos_y = each ? load(job.cos_y + at) : broadcast(job.cos_y[i * job.y_stride]);
      const Vector sin_x = load(job.sin_x + at);
      const Vector cos_x = load(job.cos_x + at);
      store(job.out + at, sin_y * cos_x + cos_y * sin_x);
      store(job.out + job.frequencies * kPanel + at, cos_y * cos_x - sin_y * sin_x);
    }
  }
}

constexpr Operations table(const char* name) { return {name, layer, weights, spread, combine, features, tanh}; }

}  // namespace
}  // namespace inr::kernels
