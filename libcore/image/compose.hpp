// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Many pictures in one: a grid without gaps, streamed in bands, and labels in a built-in 5 x 7 font.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "image/image.hpp"

namespace inr::image {

/// A grid of equal cells, filled from the left, then downwards. All sides in pixels.
struct GridGeometry {
  int64_t columns = 0, rows = 0, cell_w = 0, cell_h = 0;
  [[nodiscard]] int64_t width() const noexcept { return columns * cell_w; }
  [[nodiscard]] int64_t height() const noexcept { return rows * cell_h; }
};

/// columns 0 = ceil(sqrt(n_cells)); rows = ceil(n_cells / columns). n_cells, cell_w, cell_h positive; fewer cells than
/// columns leave white. Throws UsageError (not positive, a width of the whole above 2^22, a height above 2^31 - 1).
GridGeometry grid_geometry(int64_t n_cells, int64_t columns, int64_t cell_w, int64_t cell_h);

/// A band of n_rows pixel rows over all columns of a grid, white until cells are placed: what a RowWriter takes next. A
/// picture of a grid is its bands from the top: for every row of cells, for every band of it, reset(), place() each
/// cell that exists, rows(). Sample is uint8_t or uint16_t.
template <typename Sample>
class GridBand {
 public:
  explicit GridBand(const GridGeometry& geometry) noexcept : geometry_(geometry) {}
  /// White again, n_rows high (0 < n_rows).
  void reset(int64_t n_rows);
  /// The part of a cell that lies in this band: pixels [n_rows, cell_w, 3], copied. std::logic_error where the size or
  /// the column is not of this band. Calls for different columns may run in different threads.
  void place(int64_t column, std::span<const Sample> pixels);
  [[nodiscard]] std::span<const Sample> rows() const noexcept { return samples_; }  // [n_rows, columns * cell_w, 3]

 private:
  GridGeometry geometry_;
  int64_t n_rows_ = 0;
  std::vector<Sample> samples_;
};
extern template class GridBand<uint8_t>;
extern template class GridBand<uint16_t>;

/// Size in pixels of a line of text: 6 scale wide a character, 7 scale high.
struct TextSize {
  int64_t width = 0, height = 0;
};
TextSize text_size(std::string_view text, int scale) noexcept;

/// Draws one line with its upper left corner at (x, y), each font pixel as a square of scale pixels (>= 1). Printable
/// ASCII; anything else is drawn as '?'. What falls outside the picture is left out.
void draw_text(Image& picture, int64_t x, int64_t y, std::string_view text, Rgb colour, int scale = 1);

}  // namespace inr::image
