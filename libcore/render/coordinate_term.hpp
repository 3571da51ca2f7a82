// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The coordinate half W_e e(q) of a block's layers on the grid of one picture (render.md, section 1), as one more
// summand of each layer's product: strips that depend on the row of points, panels that depend on the column. Two ways:
//
//   nodes     e(q) W_e is carried by P_x x P_y Chebyshev nodes: strips T[row] = interpolation along y of the values at
//             the nodes, panels = interpolation weights along x; fixed frequencies bring functions of x of their own.
//   features  small grids: strips W_e, panels e of every point, each a product of functions of its column and its row.
//
// Nodes belong to the grid that the picture asks for, never to a part of it.
// Letters: H rows and W columns of points, P_x and P_y nodes, Q columns of the term, m learned and f fixed frequencies.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/buffer.hpp"
#include "kernels/operations.hpp"
#include "render/function_weights.hpp"
#include "render/nodes.hpp"

namespace inr::render {

/// Panels of a row that one piece of work takes through all layers of a block.
int64_t panels_across(int64_t width);

class CoordinateTerm {
 public:
  CoordinateTerm() = default;
  /// x, y: columns and rows of the grid in the units of the block's frequencies, ascending. block must outlive this.
  CoordinateTerm(const Block& block, std::vector<double> x, std::vector<double> y,
                 const kernels::Operations& operations, const ForEach& for_each);

  [[nodiscard]] bool by_nodes() const noexcept { return way_ == Way::kNodes; }
  [[nodiscard]] int64_t n_nodes_x() const noexcept { return n_x_; }
  [[nodiscard]] int64_t n_nodes_y() const noexcept { return n_y_; }

  /// What expected_bytes() goes by.
  struct Size {
    int64_t width = 0;      // d
    int64_t n_layers = 0;   // that have coordinates
    int64_t n_learned = 0;  // frequencies, of that standard deviation along an axis: they are taken as long as
    double deviation = 0;   // the longest of so many is likely to be
    int64_t n_fixed = 0;
    int64_t columns = 0, rows = 0;  // of the grid
    double span_x = 0, span_y = 0;  // between its first and last points
  };
  /// Memory in bytes, roughly: what is held for all layers of the block.
  static int64_t expected_bytes(const Size& size);

  /// Room for what rows_of() and panels_of() fill.
  void reserve(int64_t n_rows, int64_t n_panels, kernels::Buffer& rows, kernels::Buffer& panels) const;
  /// Floats that rows_of() fills for n rows of the widest layer, and panels_of() for one row of n panels.
  [[nodiscard]] int64_t rows_floats(int64_t n_rows) const noexcept;
  [[nodiscard]] int64_t panels_floats(int64_t n_panels) const noexcept;

  /// What depends on the rows first .. first + count - 1, for layer l: its strips there, into out. Features: nothing.
  void rows_of(size_t l, int64_t first, int64_t count, float* out) const;
  /// What depends on the points of the rows `row` .. row + n_rows - 1, panels first .. first + count - 1, for all
  /// layers, into out, panels_floats(count) a row. Nodes: nothing.
  void panels_of(int64_t row, int64_t n_rows, int64_t first, int64_t count, float* out) const;
  /// The summand of layer l (which has coordinates) in the row number `row` of those given to rows_of(), from panel
  /// `first` on.
  [[nodiscard]] kernels::Part part(size_t l, int64_t row, int64_t first, const float* rows, const float* panels) const;

 private:
  enum class Way { kNone, kNodes, kFeatures, kPoints };
  [[nodiscard]] int64_t n_columns() const noexcept { return n_x_ + fixed_.n_columns(); }  // Q
  [[nodiscard]] bool nodes_pay() const;
  void interpolate(const Nodes& nodes_x, const Nodes& nodes_y, const ForEach& for_each);
  void evaluate_nodes(const Nodes& nodes_x, const Nodes& nodes_y, const ForEach& for_each);
  [[nodiscard]] std::vector<kernels::Buffer> weights_about(double centre_x, double centre_y,
                                                           const ForEach& for_each) const;
  void tabulate_columns(const ForEach& for_each);
  void panels_of_row(int64_t row, int64_t first, int64_t count, float* out) const;

  const Block* block_ = nullptr;
  const kernels::Operations* operations_ = nullptr;
  Way way_ = Way::kNone;
  std::vector<double> x_, y_;
  int64_t n_x_ = 0, n_y_ = 0;            // P_x (even, for whole vectors), P_y
  Separated fixed_;                      // nodes only
  kernels::Buffer columns_;              // nodes: [panels][Q][kPanel]; features: [panels][2][m + f][kPanel]; points: x
  kernels::Buffer row_weights_;          // nodes: [H][P_y]
  std::vector<kernels::Buffer> values_;  // nodes: of each layer, as SpreadJob wants them
};

}  // namespace inr::render
