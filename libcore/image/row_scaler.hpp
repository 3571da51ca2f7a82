// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A picture made smaller (or larger) while its rows come, in the memory of a few rows: every pixel is the mean of the
// area that it covers. At a whole multiple of the size that repeats the pixels; at a whole part it averages boxes.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace inr::image {

class RowScaler {
 public:
  /// Takes the next row, [to_width, 3].
  using TakeRow = std::function<void(std::span<const uint8_t>)>;

  /// All sides are positive and below 2^31, else std::logic_error. The means are exact up to 2^45 pixels.
  RowScaler(int64_t width, int64_t height, int64_t to_width, int64_t to_height);
  /// Any whole number of rows, [n, width, 3]; take is called once for every row that they complete. Throws
  /// std::logic_error (no whole number of rows, more rows than the height), what take throws.
  void write_rows(std::span<const uint8_t> rows, const TakeRow& take);

 private:
  void sum_row(const uint8_t* row);

  int64_t width_, height_, to_width_, to_height_;
  int64_t n_in_ = 0, n_out_ = 0;
  std::vector<double> sums_;       // of the current row along x, [to_width, 3]
  std::vector<double> area_;       // of the output row under way, [to_width, 3]
  std::vector<uint8_t> finished_;  // [to_width, 3]
};

}  // namespace inr::image
