// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The grid of compose.hpp.
#include "image/compose.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

#include "base/error.hpp"

namespace inr::image {
namespace {

/// ceil(sqrt(n)) without rounding of floating point numbers.
int64_t ceil_sqrt(int64_t n) noexcept {
  int64_t root = 0;
  for (int64_t bit = int64_t{1} << 31; bit > 0; bit >>= 1) {
    if ((root + bit) <= (n - 1) / (root + bit)) root += bit;
  }
  return root + 1;  // root = floor(sqrt(n - 1))
}

}  // namespace

GridGeometry grid_geometry(int64_t n_cells, int64_t columns, int64_t cell_w, int64_t cell_h) {
  constexpr int64_t kMaxSide = 0x7fffffff, kMaxWidth = int64_t{1} << 22;
  if (n_cells < 1 || columns < 0 || cell_w < 1 || cell_h < 1) {
    throw base::UsageError("a grid of " + std::to_string(n_cells) + " cells of " + std::to_string(cell_w) + " x " +
                           std::to_string(cell_h) + " pixels in " + std::to_string(columns) +
                           " columns cannot be drawn; all must be positive (0 columns: chosen automatically)");
  }
  GridGeometry grid{columns == 0 ? ceil_sqrt(n_cells) : columns, 0, cell_w, cell_h};
  grid.rows = (n_cells - 1) / grid.columns + 1;
  if (grid.columns > kMaxWidth / cell_w) {
    throw base::UsageError("a grid of " + std::to_string(grid.columns) + " cells of " + std::to_string(cell_w) +
                           " pixels in a row is wider than " + std::to_string(kMaxWidth) +
                           ", and a row of pixels has to fit into memory; take fewer columns or smaller cells");
  }
  if (grid.rows > kMaxSide / cell_h) {
    throw base::UsageError("a grid of " + std::to_string(grid.columns) + " x " + std::to_string(grid.rows) +
                           " cells of " + std::to_string(cell_w) + " x " + std::to_string(cell_h) +
                           " pixels has a side above " + std::to_string(kMaxSide) + "; take fewer or smaller cells");
  }
  return grid;
}

template <typename Sample>
void GridBand<Sample>::reset(int64_t n_rows) {
  if (n_rows < 1) throw std::logic_error("GridBand: a band without rows");
  n_rows_ = n_rows;
  samples_.assign(static_cast<size_t>(geometry_.width()) * static_cast<size_t>(n_rows) * 3,
                  std::numeric_limits<Sample>::max());
}

template <typename Sample>
void GridBand<Sample>::place(int64_t column, std::span<const Sample> pixels) {
  const auto cell_row = static_cast<size_t>(geometry_.cell_w) * 3, stride = static_cast<size_t>(geometry_.width()) * 3;
  if (column < 0 || column >= geometry_.columns || pixels.size() != cell_row * static_cast<size_t>(n_rows_)) {
    throw std::logic_error("GridBand: a cell that does not fit");
  }
  auto target = samples_.begin() + static_cast<std::ptrdiff_t>(cell_row) * column;
  for (size_t y = 0; y < static_cast<size_t>(n_rows_); ++y) {
    std::ranges::copy(pixels.subspan(y * cell_row, cell_row), target + static_cast<std::ptrdiff_t>(y * stride));
  }
}

template class GridBand<uint8_t>;
template class GridBand<uint16_t>;

}  // namespace inr::image
