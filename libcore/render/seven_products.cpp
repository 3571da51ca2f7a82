// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "render/seven_products.hpp"

#include <algorithm>
#include <cmath>

namespace inr::render {
namespace {

using kernels::kPanel;
using kernels::kStrip;
using kernels::LayerJob;

constexpr int64_t kLeast = 128;  // rows and columns
constexpr int64_t kSums = 5;
constexpr float kMostApart = 16;  // lengths of columns

/// Whether the columns' lengths are within a factor of each other; zero columns do no harm.
bool of_like_columns(const Matrix& matrix, const ForEach& for_each) {
  const int64_t n_strips = kernels::n_strips(matrix.rows);
  kernels::Buffer parts(n_strips * matrix.columns);
  for_each(n_strips, [&](int64_t s) {
    const float* strip = matrix.strips.data() + s * matrix.strip_stride();
    float* to = parts.data() + s * matrix.columns;
    for (int64_t c = 0; c < matrix.columns; ++c) {
      float square = 0;
      for (int64_t i = 0; i < kStrip; ++i) square += strip[c * kStrip + i] * strip[c * kStrip + i];
      to[c] = square;
    }
  });
  float least = 0;
  float most = 0;
  for (int64_t c = 0; c < matrix.columns; ++c) {
    float square = 0;
    for (int64_t s = 0; s < n_strips; ++s) square += parts.data()[s * matrix.columns + c];
    if (!std::isfinite(square)) return false;
    if (square == 0) continue;
    least = least == 0 ? square : std::min(least, square);
    most = std::max(most, square);
  }
  return most <= kMostApart * kMostApart * least;
}

/// One panel and one half of the rows of a layer's job, its product with the matrix left out.
LayerJob quarter(const LayerJob& job, int64_t panel, int64_t first_row, int64_t rows) {
  LayerJob out = job;
  out.n_parts = job.n_parts - 1;
  for (int n = 0; n < out.n_parts; ++n) {
    out.parts[n] = job.parts[n + 1];
    out.parts[n].strips += first_row / kStrip * out.parts[n].strip_stride;
    out.parts[n].panels += panel * out.parts[n].panel_stride;
  }
  for (int n = 0; n < out.n_coarse; ++n) {
    out.coarse[n].values += first_row * out.coarse[n].stride;
    out.coarse[n].parents += panel * kPanel;
  }
  if (out.bias != nullptr) out.bias += first_row;
  out.out += first_row * job.out_channel_stride + panel * job.out_panel_stride;
  out.rows = rows;
  out.panels = 1;
  return out;
}

}  // namespace

bool SevenProducts::pay(int64_t rows, int64_t columns) noexcept {
  return std::min(rows, columns) >= kLeast && rows % (2 * kStrip) == 0 && columns % 2 == 0;
}

int64_t SevenProducts::floats(int64_t rows, int64_t columns) noexcept { return kSums * (rows / 2) * (columns / 2); }

SevenProducts::SevenProducts(const Matrix& matrix, const ForEach& for_each)
    : rows_(matrix.rows / 2), columns_(matrix.columns / 2) {
  if (!of_like_columns(matrix, for_each)) return;
  sums_ = kernels::Buffer(floats(matrix.rows, matrix.columns));
  const int64_t n_strips = rows_ / kStrip;
  const int64_t quarter_floats = rows_ * columns_;
  for_each(n_strips, [&](int64_t s) {
    const float* a11 = matrix.strips.data() + s * matrix.strip_stride();
    const float* a12 = a11 + columns_ * kStrip;
    const float* a21 = a11 + n_strips * matrix.strip_stride();
    const float* a22 = a21 + columns_ * kStrip;
    float* to = sums_.data() + s * columns_ * kStrip;
    for (int64_t i = 0; i < columns_ * kStrip; ++i) {
      const float s1 = a21[i] + a22[i];
      const float s2 = s1 - a11[i];
      to[i] = s1;
      to[quarter_floats + i] = s2;
      to[2 * quarter_floats + i] = a11[i] - a21[i];
      to[3 * quarter_floats + i] = a12[i] - s2;
      to[4 * quarter_floats + i] = -a22[i];
    }
  });
}

void SevenProducts::layer(const LayerJob& job, const kernels::Operations& operations, kernels::Buffer& scratch) const {
  scratch.reserve(4 * (rows_ + columns_) * kPanel);
  for (int64_t p = 0; p + 2 <= job.panels; p += 2) pair(job, p, operations, scratch.data());
  if (job.panels % 2 == 0) return;
  LayerJob last = job;
  const int64_t p = job.panels - 1;
  for (int n = 0; n < last.n_parts; ++n) last.parts[n].panels += p * last.parts[n].panel_stride;
  for (int n = 0; n < last.n_coarse; ++n) last.coarse[n].parents += p * kPanel;
  last.out += p * last.out_panel_stride;
  last.panels = 1;
  operations.layer(last);
}

void SevenProducts::pair(const LayerJob& job, int64_t panel, const kernels::Operations& operations,
                         float* scratch) const {
  const kernels::Part& product = job.parts[0];
  const float* a11 = product.strips;
  const float* a12 = a11 + columns_ * kStrip;
  const int64_t sum_stride = columns_ * kStrip;
  const auto sum = [&](int64_t i) { return sums_.data() + i * rows_ * columns_; };
  const float* b11 = product.panels + panel * product.panel_stride;
  const float* b21 = b11 + columns_ * kPanel;
  const float* b12 = b11 + product.panel_stride;
  const float* b22 = b12 + columns_ * kPanel;
  const int64_t channels = columns_ * kPanel;
  float* t1 = scratch;
  float* t2 = t1 + channels;
  float* t3 = t2 + channels;
  float* t4 = t3 + channels;
  operations.differences({b11, b12, b21, b22, t1, t2, t3, t4, channels});
  const int64_t outputs = rows_ * kPanel;
  float* u = t4 + channels;
  float* v = u + outputs;
  float* y = v + outputs;
  float* z = y + outputs;
  // to = (from +) strips times panel
  const auto multiply = [&](const float* strips, int64_t strip_stride, const float* b, const float* from, float* to) {
    LayerJob part;
    part.parts[part.n_parts++] = {strips, b, columns_, strip_stride, 0};
    if (from != nullptr) part.addends[part.n_addends++] = from;
    part.rows = rows_;
    part.panels = 1;
    part.out = to;
    part.out_channel_stride = kPanel;
    operations.layer(part);
  };
  // One quarter of what comes out, with all that the job adds.
  const auto finish = [&](int64_t half, int64_t right, std::initializer_list<const float*> from, const float* strips,
                          int64_t strip_stride, const float* b) {
    LayerJob part = quarter(job, panel + right, half * rows_, rows_);
    for (const float* values : from) part.addends[part.n_addends++] = values;
    if (strips != nullptr) part.parts[part.n_parts++] = {strips, b, columns_, strip_stride, 0};
    operations.layer(part);
  };
  multiply(a11, product.strip_stride, b11, nullptr, u);
  finish(0, 0, {u}, a12, product.strip_stride, b21);
  multiply(sum(1), sum_stride, t2, u, v);
  multiply(sum(0), sum_stride, t1, nullptr, y);
  finish(0, 1, {v, y}, sum(3), sum_stride, b22);
  multiply(sum(2), sum_stride, t3, v, z);
  finish(1, 0, {z}, sum(4), sum_stride, t4);
  finish(1, 1, {z, y}, nullptr, 0, nullptr);
}

}  // namespace inr::render
