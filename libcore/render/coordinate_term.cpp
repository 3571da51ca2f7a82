// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "render/coordinate_term.hpp"

#include <algorithm>
#include <cmath>

namespace inr::render {
namespace {

using kernels::Buffer;
using kernels::kPanel;
using kernels::kStrip;

/// Absolute error of one feature between the nodes: the rounding of float32.
constexpr double kAccuracy = 1e-7;
/// The way through nodes is taken from this share of the direct way's multiply-adds on: it prepares tables.
constexpr double kWorthwhile = 0.8;
constexpr int64_t kMaxNodes = 128 * 128;  // of both axes: their values are held
constexpr int64_t kPointsAtOnce = 64;     // of tables, a piece of work

double largest(const Block& block, size_t axis) {
  double out = 0;
  for (size_t i = 0; i < static_cast<size_t>(block.n_learned); ++i) {
    const double f = std::abs(block.frequencies[2 * i + axis]);
    if (std::isnan(f)) return f;
    out = std::max(out, f);
  }
  return out;
}

/// What lies behind the last point of a row must be finite.
void clear_last_panel(Buffer& panels, int64_t channels) {
  std::fill_n(panels.data() + panels.size() - channels * kPanel, channels * kPanel, 0.0F);
}

}  // namespace

int64_t panels_across(int64_t width) {
  constexpr int64_t kFloats = 64 * 1024;  // features of one row: 256 KB
  const int64_t panels = std::clamp<int64_t>(kFloats / (width * kPanel), 1, 32);
  return panels > 1 ? panels / 2 * 2 : 1;  // in pairs (seven_products.hpp)
}

CoordinateTerm::CoordinateTerm(const Block& block, std::vector<double> x, std::vector<double> y,
                               const kernels::Operations& operations, const ForEach& for_each)
    : block_(&block), operations_(&operations), x_(std::move(x)), y_(std::move(y)) {
  const bool any = std::ranges::any_of(block.layers, [](const Layer& layer) { return !layer.e.empty(); });
  if (!any) return;
  way_ = Way::kFeatures;
  if (block.n_learned + block.n_fixed == 0) {
    way_ = Way::kPoints;
  } else {
    if (block.n_learned > 0) {
      n_x_ = node_count(largest(block, 0), x_.back() - x_.front(), kAccuracy);
      n_x_ += n_x_ % 2;
      n_y_ = node_count(largest(block, 1), y_.back() - y_.front(), kAccuracy);
    }
    const auto n_learned = static_cast<size_t>(2 * block.n_learned);
    if (std::ranges::all_of(block.frequencies, [](double f) { return std::isfinite(f); })) {
      fixed_ = Separated(std::span(block.frequencies).subspan(n_learned));
      if (nodes_pay()) way_ = Way::kNodes;
    }
  }
  if (way_ != Way::kNodes) {
    n_x_ = n_y_ = 0;
    tabulate_columns(for_each);
    return;
  }
  const Nodes nodes_x(x_.front(), x_.back(), n_x_);
  const Nodes nodes_y(y_.front(), y_.back(), n_y_);
  interpolate(nodes_x, nodes_y, for_each);
  evaluate_nodes(nodes_x, nodes_y, for_each);
}

/// Multiply-adds of one layer, for each unit of its width. The rows' strips T are made by every piece across.
bool CoordinateTerm::nodes_pay() const {
  if (block_->n_learned > 0 && (n_x_ == 0 || n_y_ == 0)) return false;
  if (n_x_ * n_y_ > kMaxNodes) return false;
  const int64_t n_panels = kernels::n_panels(static_cast<int64_t>(x_.size()));
  const int64_t across = panels_across(block_->width);
  const int64_t pieces = (n_panels + across - 1) / across;
  const auto n_pieces = static_cast<double>(pieces);
  const auto height = static_cast<double>(y_.size());
  const auto width = static_cast<double>(x_.size());
  const auto n_x = static_cast<double>(n_x_);
  const auto n_y = static_cast<double>(n_y_);
  const auto n_learned = static_cast<double>(2 * block_->n_learned);
  const auto n_fixed = static_cast<double>(2 * block_->n_fixed);
  const double here = n_x * n_y * n_learned / 2 + n_pieces * height * n_x * n_y +
                      height * width * static_cast<double>(n_columns()) + n_pieces * 2 * height * n_fixed;
  return here < kWorthwhile * height * width * (n_learned + n_fixed);
}

int64_t CoordinateTerm::expected_bytes(const Size& size) {
  const double longest = size.deviation * std::sqrt(2 * std::log(std::max(static_cast<double>(size.n_learned), 2.0)));
  const int64_t n_x = node_count(longest, size.span_x, kAccuracy);
  const int64_t n_y = node_count(longest, size.span_y, kAccuracy);
  const int64_t n_features = 2 * (size.n_learned + size.n_fixed);
  const bool by_nodes = n_x > 0 && n_y > 0 && n_x * n_y <= kMaxNodes;
  const int64_t of_points =
      by_nodes ? size.columns * (n_x + size.n_fixed + 1) + size.rows * n_y : size.columns * n_features;
  const int64_t of_nodes = by_nodes ? size.n_layers * n_x * n_y * kernels::n_strips(size.width) * kStrip : 0;
  constexpr int64_t kPositionBytes = 16;
  return (of_points + of_nodes) * static_cast<int64_t>(sizeof(float)) + (size.columns + size.rows) * kPositionBytes;
}

void CoordinateTerm::interpolate(const Nodes& nodes_x, const Nodes& nodes_y, const ForEach& for_each) {
  const auto width = static_cast<int64_t>(x_.size());
  const auto height = static_cast<int64_t>(y_.size());
  columns_ = Buffer(kernels::n_panels(width) * n_columns() * kPanel);
  clear_last_panel(columns_, n_columns());
  row_weights_ = Buffer(height * n_y_);
  for_pieces(for_each, width, kPointsAtOnce, [&](int64_t i) {
    std::vector<double> row(static_cast<size_t>(n_columns()));
    const double x = x_[static_cast<size_t>(i)];
    nodes_x.weights_at(x, std::span(row).first(nodes_x.size()));
    fixed_.columns(x, std::span(row).subspan(nodes_x.size()));
    float* to = columns_.data() + i / kPanel * n_columns() * kPanel + i % kPanel;
    for (size_t j = 0; j < row.size(); ++j) to[static_cast<int64_t>(j) * kPanel] = static_cast<float>(row[j]);
  });
  for_pieces(for_each, height, kPointsAtOnce, [&](int64_t i) {
    std::vector<double> row(nodes_y.size());
    nodes_y.weights_at(y_[static_cast<size_t>(i)], row);
    for (size_t j = 0; j < row.size(); ++j) {
      row_weights_.data()[i * n_y_ + static_cast<int64_t>(j)] = static_cast<float>(row[j]);
    }
  });
}

void CoordinateTerm::tabulate_columns(const ForEach& for_each) {
  const auto width = static_cast<int64_t>(x_.size());
  const int64_t n = block_->n_learned + block_->n_fixed;
  if (way_ == Way::kPoints) {
    columns_ = Buffer::zeros(kernels::n_panels(width) * kPanel);
    for (int64_t i = 0; i < width; ++i) columns_.data()[i] = static_cast<float>(x_[static_cast<size_t>(i)]);
    return;
  }
  columns_ = Buffer(kernels::n_panels(width) * 2 * n * kPanel);
  clear_last_panel(columns_, 2 * n);
  for_pieces(for_each, width, kPanel, [&](int64_t i) {
    float* to = columns_.data() + i / kPanel * 2 * n * kPanel + i % kPanel;
    for (int64_t j = 0; j < n; ++j) {
      const double phase = block_->frequencies[2 * static_cast<size_t>(j)] * x_[static_cast<size_t>(i)];
      to[j * kPanel] = static_cast<float>(std::sin(phase));
      to[(n + j) * kPanel] = static_cast<float>(std::cos(phase));
    }
  });
}

int64_t CoordinateTerm::rows_floats(int64_t n_rows) const noexcept {
  if (way_ != Way::kNodes) return 0;
  return n_rows * kernels::n_strips(block_->width) * n_columns() * kStrip;
}

int64_t CoordinateTerm::panels_floats(int64_t n_panels) const noexcept {
  if (way_ == Way::kPoints) return n_panels * 2 * kPanel;
  if (way_ != Way::kFeatures) return 0;
  const int64_t n = block_->n_learned + block_->n_fixed;
  return (n_panels * kPanel + 1) * 2 * n;  // and the row's own sines and cosines
}

void CoordinateTerm::rows_of(size_t l, int64_t first, int64_t count, float* out) const {
  const Matrix& e = block_->layers[l].e;
  if (way_ != Way::kNodes || e.empty()) return;
  const int64_t n = kernels::n_strips(e.rows);
  const int64_t strip_stride = n_columns() * kStrip;
  if (n_x_ > 0) {
    operations_->spread({values_[l].data(), n_x_ * kStrip, n_y_, row_weights_.data() + first * n_y_, count, n, out,
                         n * strip_stride, strip_stride});
  }
  if (fixed_.n_columns() == 0) return;
  const int64_t m = block_->n_learned;
  const int64_t f = block_->n_fixed;
  std::vector<kernels::Entry> entries;
  for (int64_t row = 0; row < count; ++row) {
    entries.clear();
    fixed_.row(y_[static_cast<size_t>(first + row)], [&](int64_t column, int64_t feature, double factor) {
      const int64_t from = feature < f ? m + feature : m + f + m + (feature - f);
      entries.push_back({static_cast<int32_t>(from), static_cast<int32_t>(column), static_cast<float>(factor)});
    });
    operations_->combine({e.strips.data(), e.strip_stride(), entries.data(), static_cast<int64_t>(entries.size()), n,
                          fixed_.n_columns(), out + row * n * strip_stride + n_x_ * kStrip, strip_stride});
  }
}

void CoordinateTerm::reserve(int64_t n_rows, int64_t n_panels, Buffer& rows, Buffer& panels) const {
  rows.reserve(rows_floats(n_rows));
  panels.reserve(n_rows * panels_floats(n_panels));
}

void CoordinateTerm::panels_of(int64_t row, int64_t n_rows, int64_t first, int64_t count, float* out) const {
  for (int64_t r = 0; r < n_rows; ++r) panels_of_row(row + r, first, count, out + r * panels_floats(count));
}

void CoordinateTerm::panels_of_row(int64_t row, int64_t first, int64_t count, float* out) const {
  const double y = way_ == Way::kFeatures || way_ == Way::kPoints ? y_[static_cast<size_t>(row)] : 0;
  if (way_ == Way::kPoints) {
    for (int64_t p = 0; p < count; ++p) {
      std::copy_n(columns_.data() + (first + p) * kPanel, kPanel, out + p * 2 * kPanel);
      std::fill_n(out + (2 * p + 1) * kPanel, kPanel, static_cast<float>(y));
    }
  }
  if (way_ != Way::kFeatures) return;
  const int64_t n = block_->n_learned + block_->n_fixed;
  float* sine = out + count * 2 * n * kPanel;
  float* cosine = sine + n;
  for (int64_t j = 0; j < n; ++j) {
    const double phase = block_->frequencies[2 * static_cast<size_t>(j) + 1] * y;
    sine[j] = static_cast<float>(std::sin(phase));
    cosine[j] = static_cast<float>(std::cos(phase));
  }
  for (int64_t p = 0; p < count; ++p) {
    const float* sin_x = columns_.data() + (first + p) * 2 * n * kPanel;
    operations_->features({sin_x, sin_x + n * kPanel, sine, cosine, 1, n, out + p * 2 * n * kPanel});
  }
}

kernels::Part CoordinateTerm::part(size_t l, int64_t row, int64_t first, const float* rows, const float* panels) const {
  const Matrix& e = block_->layers[l].e;
  if (way_ == Way::kNodes) {
    const int64_t strip_stride = n_columns() * kStrip;
    return {rows + row * kernels::n_strips(e.rows) * strip_stride, columns_.data() + first * n_columns() * kPanel,
            n_columns(), strip_stride, n_columns() * kPanel};
  }
  return {e.strips.data(), panels, e.columns, e.strip_stride(), e.columns * kPanel};
}

}  // namespace inr::render
