// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Along an axis of n pixels that become m, an input pixel is m units long and an output pixel n: all overlaps are whole
// numbers, and sums of levels times overlaps are exact in double precision.
#include "image/row_scaler.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace inr::image {

RowScaler::RowScaler(int64_t width, int64_t height, int64_t to_width, int64_t to_height)
    : width_(width), height_(height), to_width_(to_width), to_height_(to_height) {
  constexpr int64_t kEndOfSides = int64_t{1} << 31;
  for (const int64_t side : {width, height, to_width, to_height}) {
    if (side < 1 || side >= kEndOfSides) throw std::logic_error("RowScaler: a side out of range");
  }
  const auto n_samples = static_cast<size_t>(to_width) * 3;
  sums_.resize(n_samples);
  area_.assign(n_samples, 0.0);
  finished_.resize(n_samples);
}

void RowScaler::sum_row(const uint8_t* row) {
  for (int64_t x = 0; x < to_width_; ++x) {
    const int64_t begin = x * width_, end = begin + width_;
    const int64_t first = begin / to_width_, last = (end - 1) / to_width_;
    const int64_t first_weight = std::min((first + 1) * to_width_, end) - begin, last_weight = end - last * to_width_;
    for (int64_t c = 0; c < 3; ++c) {
      const uint8_t* at = row + first * 3 + c;
      int64_t sum = first_weight * *at, middle = 0;
      for (int64_t i = first + 1; i < last; ++i) middle += *(at += 3);
      sum += middle * to_width_;
      if (last > first) sum += last_weight * row[last * 3 + c];
      sums_[static_cast<size_t>(x * 3 + c)] = static_cast<double>(sum);
    }
  }
}

void RowScaler::write_rows(std::span<const uint8_t> rows, const TakeRow& take) {
  const size_t row_samples = static_cast<size_t>(width_) * 3, n_rows = rows.size() / row_samples;
  if (rows.size() % row_samples != 0) throw std::logic_error("RowScaler: not a whole number of rows");
  if (n_rows > static_cast<size_t>(height_ - n_in_))
    throw std::logic_error("RowScaler: more rows than the picture has");
  const double area = static_cast<double>(width_) * static_cast<double>(height_);
  for (size_t i = 0; i < n_rows; ++i) {
    sum_row(&rows[i * row_samples]);
    const int64_t top = n_in_++ * to_height_, bottom = top + to_height_;
    for (bool more = true; more;) {
      const int64_t out_top = n_out_ * height_, out_bottom = out_top + height_;
      const auto weight = static_cast<double>(std::min(bottom, out_bottom) - std::max(top, out_top));
      for (size_t k = 0; k < area_.size(); ++k) area_[k] += weight * sums_[k];
      more = out_bottom < bottom;
      if (out_bottom > bottom) break;
      for (size_t k = 0; k < area_.size(); ++k) finished_[k] = static_cast<uint8_t>(std::lround(area_[k] / area));
      std::ranges::fill(area_, 0.0);
      ++n_out_;
      take(finished_);
    }
  }
}

}  // namespace inr::image
