// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The operations on whole rows of points: terms from nodes, features, interpolation, moments. See body.hpp.
#pragma once
#include "kernels/cpu/vectors.hpp"

namespace inr::kernels {
namespace {

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

void interpolate(const InterpolateJob& job) {
  const int64_t n_points = job.panels * kPanel;
  const int64_t begin = job.left[0];
  const int64_t n_blended = job.left[n_points - 1] - begin + 2;
  for (int64_t c = 0; c < job.channels; ++c) {
    const float* upper = job.upper + c * job.stride + begin;
    const float* lower = job.lower + c * job.stride + begin;
    for (int64_t i = 0; i < n_blended; i += kLanes) {
      const Vector above = load(upper + i);
      store(job.blended + i, above + job.part_y * (load(lower + i) - above));
    }
    float* out = job.out + c * job.out_stride;
    for (int64_t j = 0; j < n_points; j += kLanes) {
      const int32_t* left = job.left + j;
      const float* from = job.blended + (left[0] - begin);
      Vector near, next;
      if (left[kLanes - 1] - left[0] < kLanes) {
        Ints index;
        for (int l = 0; l < kLanes; ++l) index[l] = left[l] - left[0];
        near = shuffled(load(from), index);
        next = shuffled(load(from + 1), index);
      } else {  // points further apart than the cells
        for (int l = 0; l < kLanes; ++l) {
          near[l] = from[left[l] - left[0]];
          next[l] = from[left[l] - left[0] + 1];
        }
      }
      store(out + j, near + load(job.part_x + j) * (next - near));
    }
  }
}

/// Differences from the row's first value are summed in float32, for each of a panel's points by itself: the same for
/// vectors of any width, and exact where all values are equal. All beyond a row is in float64, where a mean that is
/// many deviations away takes nothing from them.
void moments(const MomentsJob& job) {
  for (int64_t c = 0; c < job.channels; ++c) {
    Vector sums[kPanelVectors] = {};
    Vector squares[kPanelVectors] = {};
    const float pivot = job.panels[c * kPanel];
    for (int64_t first = 0; first < job.points; first += kPanel) {
      const float* from = job.panels + first / kPanel * job.panel_stride + c * kPanel;
      for (int j = 0; j < kPanelVectors; ++j) {
        Vector x = load(from + j * kLanes) - pivot;
        const int64_t n = job.points - first - j * kLanes;
        for (int64_t l = n < 0 ? 0 : n; l < kLanes; ++l) x[l] = 0;
        sums[j] += x;
        squares[j] += x * x;
      }
    }
    double sum = 0;
    double square = 0;
    for (int l = 0; l < static_cast<int>(kPanel); ++l) {
      sum += static_cast<double>(sums[l / kLanes][l % kLanes]);
      square += static_cast<double>(squares[l / kLanes][l % kLanes]);
    }
    job.sums[3 * c] = static_cast<double>(pivot);
    job.sums[3 * c + 1] = sum;
    job.sums[3 * c + 2] = square;
  }
}

void differences(const DifferencesJob& job) {
  for (int64_t i = 0; i < job.n; i += kLanes) {
    const Vector b12 = load(job.b12 + i);
    const Vector b22 = load(job.b22 + i);
    const Vector t1 = b12 - load(job.b11 + i);
    const Vector t2 = b22 - t1;
    store(job.t1 + i, t1);
    store(job.t2 + i, t2);
    store(job.t3 + i, b22 - b12);
    store(job.t4 + i, t2 - load(job.b21 + i));
  }
}

}  // namespace
}  // namespace inr::kernels
