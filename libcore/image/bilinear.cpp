// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// See bilinear.hpp. Positions are float32 as in the originals: the rounding of scale decides the last digits.
#include "image/bilinear.hpp"

#include <algorithm>
#include <stdexcept>

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

}  // namespace

std::vector<float> resize_bilinear(std::span<const float> pixels, int64_t in_width, int64_t in_height, int64_t channels,
                                   int64_t width, int64_t height, SampleGrid grid) {
  if (in_width < 1 || in_height < 1 || channels < 1 || width < 1 || height < 1 ||
      pixels.size() != static_cast<size_t>(in_width * in_height * channels)) {
    throw std::invalid_argument("resize_bilinear: sizes do not fit");
  }
  const std::vector<Position> columns = positions(in_width, width, grid), rows = positions(in_height, height, grid);
  const auto n_c = static_cast<size_t>(channels), stride = static_cast<size_t>(in_width) * n_c;
  std::vector<float> result(rows.size() * columns.size() * n_c);
  float* out = result.data();
  for (const Position& y : rows) {
    const float* upper = &pixels[y.low * stride];
    const float* lower = &pixels[y.high * stride];
    for (const Position& x : columns) {
      for (size_t c = 0; c < n_c; ++c) {
        const size_t left = x.low * n_c + c, right = x.high * n_c + c;
        const float top = upper[left] + (upper[right] - upper[left]) * x.share;
        const float bottom = lower[left] + (lower[right] - lower[left]) * x.share;
        *out++ = top + (bottom - top) * y.share;
      }
    }
  }
  return result;
}

}  // namespace inr::image
