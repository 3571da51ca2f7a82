// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// See bilinear.hpp. Positions are float32 as in the originals: the rounding of scale decides the last digits.
#include "image/bilinear.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <utility>

namespace inr::image {
namespace {

// One sample of the result lies share of the way from sample low of the source to sample high.
struct Position {
  size_t low = 0, high = 0;
  float share = 0;
};

std::vector<Position> positions(int64_t in, int64_t out, SampleGrid grid) {
  const float scale = static_cast<float>(in) / static_cast<float>(out);
  const auto last = static_cast<size_t>(in - 1);
  std::vector<Position> all(static_cast<size_t>(out));
  for (size_t i = 0; i < all.size(); ++i) {
    const auto index = static_cast<float>(i);
    const float source = grid == SampleGrid::kCorner ? index * scale : std::max((index + 0.5F) * scale - 0.5F, 0.0F);
    all[i].low = std::min(static_cast<size_t>(source), last);
    all[i].high = std::min(all[i].low + 1, last);
    all[i].share = source - static_cast<float>(all[i].low);
  }
  return all;
}

// Rows of the source, as wide as the result. The last two are kept: where a picture grows, many rows of the result lie
// between the same two.
class WideRows {
 public:
  WideRows(std::span<const float> pixels, size_t stride, size_t n_channels, std::vector<Position> columns)
      : pixels_(pixels), stride_(stride), n_channels_(n_channels), columns_(std::move(columns)) {
    for (Row& row : rows_) row.values.resize(columns_.size() * n_channels);
  }

  // Row y; the one that was taken before stays valid.
  const float* take(size_t y) {
    if (rows_[last_].y == y) return rows_[last_].values.data();
    last_ = 1 - last_;
    Row& row = rows_[last_];
    if (row.y != y) fill(row, y);
    return row.values.data();
  }

 private:
  struct Row {
    size_t y = SIZE_MAX;
    std::vector<float> values;
  };
  void fill(Row& row, size_t y) const {
    const float* source = &pixels_[y * stride_];
    float* out = row.values.data();
    for (const Position& x : columns_) {
      const float* left = source + x.low * n_channels_;
      const float* right = source + x.high * n_channels_;
      for (size_t c = 0; c < n_channels_; ++c) *out++ = left[c] + (right[c] - left[c]) * x.share;
    }
    row.y = y;
  }

  std::span<const float> pixels_;
  size_t stride_, n_channels_;
  std::vector<Position> columns_;
  std::array<Row, 2> rows_;
  size_t last_ = 0;
};

}  // namespace

std::vector<float> resize_bilinear(std::span<const float> pixels, int64_t in_width, int64_t in_height, int64_t channels,
                                   int64_t width, int64_t height, SampleGrid grid) {
  if (in_width < 1 || in_height < 1 || channels < 1 || width < 1 || height < 1 ||
      pixels.size() != static_cast<size_t>(in_width * in_height * channels)) {
    throw std::invalid_argument("resize_bilinear: sizes do not fit");
  }
  const auto n_channels = static_cast<size_t>(channels), stride = static_cast<size_t>(in_width) * n_channels;
  const std::vector<Position> rows = positions(in_height, height, grid);
  WideRows wide(pixels, stride, n_channels, positions(in_width, width, grid));
  const size_t out_stride = static_cast<size_t>(width) * n_channels;
  std::vector<float> result(rows.size() * out_stride);
  float* out = result.data();
  for (const Position& y : rows) {
    const float* top = wide.take(y.low);
    const float* bottom = wide.take(y.high);
    for (size_t i = 0; i < out_stride; ++i) out[i] = top[i] + (bottom[i] - top[i]) * y.share;
    out += out_stride;
  }
  return result;
}

}  // namespace inr::image
