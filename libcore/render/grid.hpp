// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The points of one block and the rows of values that are held for them: where they lie on the coarser grid and on the
// cells of stored features, and what they hand on.
//
// Letters: H rows and W columns of points, R own grid of a block, P that of the block below.
#pragma once
#include <cstdint>
#include <deque>
#include <span>
#include <utility>
#include <vector>

#include "kernels/buffer.hpp"
#include "kernels/panels.hpp"
#include "render/coordinate_term.hpp"

namespace inr::render {

/// What a row hands on, planar: [channels][stride].
struct Row {
  kernels::Buffer next, rgb;
};

/// Consecutive rows of a grid: new ones at the lower end, those above a row let go of and used again.
class RowStore {
 public:
  [[nodiscard]] int64_t end() const noexcept { return first_ + static_cast<int64_t>(rows_.size()); }
  /// Rows above `low` go. With none left, the next one is `low`.
  void drop_above(int64_t low);
  /// One row more, whose values are whatever they are.
  void push(int64_t next_floats, int64_t rgb_floats);
  [[nodiscard]] Row& at(int64_t row) { return rows_[static_cast<size_t>(row - first_)]; }
  [[nodiscard]] const Row& at(int64_t row) const { return rows_[static_cast<size_t>(row - first_)]; }

 private:
  int64_t first_ = 0;
  std::deque<Row> rows_;
  std::vector<Row> spare_;
};

/// Where points lie on another grid. The cell of every column (padded to panels) and row; or, where it is interpolated,
/// the cell to the left (above) and how far the point is towards the next one.
struct Below {
  std::vector<int32_t> columns, rows;
  std::vector<float> part_x, part_y;  // interpolated only
  [[nodiscard]] bool interpolated() const noexcept { return !part_x.empty(); }
};

/// Cells of a block's own grid with stored features, as far as its points need them. Where every cell has one point
/// alone, what the first layer makes of them is a summand of its product; else it is made once a cell and held.
struct StoredGrid {
  std::vector<int64_t> columns, rows;  // their indices on the own grid, distinct and ascending
  Below below;                         // of the points
  int64_t stride = 0;
  bool one_point_each = false;
  RowStore held;
};

struct Grid {
  std::vector<double> x, y;  // corners of columns and rows, in image units
  int64_t width = 0, height = 0, panels = 0;
  int64_t stride = 0;             // of planar rows
  bool has_rgb = false;           // this block or one below
  Below below;                    // of the coarser block; empty for block 0
  std::vector<int32_t> in_order;  // interpolated: 0, 1, 2 ..
  StoredGrid stored;
  CoordinateTerm term;
  RowStore held;

  Grid() = default;
  Grid(std::vector<double> columns, std::vector<double> rows);
};

/// All cells of a grid of R x R: i / R.
std::vector<double> own_positions(int64_t resolution);

/// nearest: the cell of every point on a grid of P x P (released.md, section 3).
Below nearest_below(const Grid& grid, int64_t below);
/// Bilinear with aligned corners: cell i of R x R lies at i (P - 1) / (R - 1), clamped; like the released code,
/// positions are float32 numbers. Where every point lies on a cell, nothing is interpolated.
Below bilinear_below(const Grid& grid, int64_t resolution, int64_t below);
/// The cells of stored features that the points lie in; outside the image those of its border.
StoredGrid stored_below(const Grid& grid, int64_t resolution);
/// `values` repeated up to whole panels.
std::vector<int32_t> padded_to_panels(std::vector<int32_t> values);

}  // namespace inr::render
