// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The coordinate half of a layer, c(q) = e(q) W_e^T, on a whole grid of points without its features at every point
// (render.md, sections 1 and 4), differentiable: what training uses, as render/coordinate_term.hpp is what pictures are
// drawn with. c is a sum of plane waves of bounded frequency: P Chebyshev nodes per axis carry it to the rounding of
// the numbers, and interpolation (render/nodes.hpp) brings it to the grid, first along y, then along x. All of it is
// linear, so it is differentiable with respect to W_e, and through the features at the nodes with respect to the
// frequencies.
//
// Fixed frequencies (model.md, section 4) are too fast for nodes, but each is a sum of products of a function of x and
// one of y, which few distinct functions of x serve. So every term has one form,
//     c(x, y) = sum_j X[x, j] T[y, j],   j < Q:   P_x interpolation columns, then those of the fixed frequencies.
//
// Letters: N images, H rows and W columns of points, P_x and P_y nodes, Q columns, m learned and f fixed frequencies, d
// width of a layer.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace inr::field {

/// Points of a grid: every pair of an x and a y, in raster order. Image units, ascending.
struct PointGrid {
  std::vector<double> x, y;
};

struct TermOptions {
  /// Absolute error of one feature between the nodes; 0: what suits the type (1e-7 in float32, 1e-14 in float64).
  double accuracy = 0;
  /// Take the nodes even where the direct way is cheaper (tests).
  bool always = false;
};

/// What one layer brings to the term: its values at the nodes, and the rows of its fixed frequencies.
struct TermFactors {
  at::Tensor nodes;  // F [N, P_y, P_x d]; undefined without learned frequencies
  at::Tensor fixed;  // [N, H, Q - P_x, d]; undefined without fixed ones
};

/// Everything of the term that no weight of a layer touches: nodes and matrices of a block's grid. The nodes belong to
/// the grid and the frequencies, never to a tile of it. Immutable, used by any number of threads.
class TermGrid {
 public:
  /// frequencies: [N, m + f, 2], the last n_fixed rows being fixed ones; gradients are not looked at. n_layers: how
  /// many layers share the grid. Matrices have the type and device of frequencies. nullopt where the direct way is
  /// cheaper.
  static std::optional<TermGrid> make(const PointGrid& grid, const at::Tensor& frequencies, int64_t n_fixed,
                                      int64_t n_layers, const TermOptions& options = {});

  [[nodiscard]] int64_t height() const noexcept { return height_; }
  [[nodiscard]] int64_t width() const noexcept { return columns_.size(0); }
  [[nodiscard]] int64_t n_nodes_x() const noexcept { return node_x_.size(0); }
  [[nodiscard]] int64_t n_nodes_y() const noexcept { return node_y_.size(0); }
  [[nodiscard]] int64_t n_nodes() const noexcept { return n_nodes_x() * n_nodes_y(); }
  [[nodiscard]] int64_t n_columns() const noexcept { return columns_.size(1); }  // Q

  /// e at the nodes, learned frequencies only: [N, P_y P_x, 2 m], all sines, then all cosines. Differentiable; phases
  /// are taken in float64, so that windows far from the image lose nothing.
  [[nodiscard]] at::Tensor node_features(const at::Tensor& frequencies) const;

  /// Of a layer with weight_e [N, 2 (m + f), d], columns of e first as in BlockWeights. bias: [N, 1, d] or undefined, a
  /// constant that the term then contains; it needs learned frequencies (n_nodes() > 0). Differentiable.
  [[nodiscard]] TermFactors factors(const at::Tensor& node_features, const at::Tensor& weight_e,
                                    const at::Tensor& bias = {}) const;

  /// Rows y0 .. y1 - 1 of the term: [N, (y1 - y0) W, d]. Differentiable. Same bits for every range that holds a row:
  /// rows are made in groups of kRowGroup, counted from the grid's first.
  [[nodiscard]] at::Tensor rows(const TermFactors& factors, int64_t y0, int64_t y1) const;

  // The steps of rows() for one image, in place and without gradients, for callers who have tiles of their own.

  /// t [y1 - y0, Q, d] = T of these rows, of image n.
  void spread(const TermFactors& factors, int64_t n, int64_t y0, int64_t y1, at::Tensor& t) const;
  /// out [rows, W, d] = X t.
  void combine(const at::Tensor& t, at::Tensor& out) const;
  /// The transpose of both: from dL/dout [y1 - y0, W, d] adds to d_nodes [P_y, P_x d] and writes rows of d_fixed [H, Q
  /// - P_x, d] (either may be undefined). t: a buffer [y1 - y0, Q, d].
  void gather(const at::Tensor& d_out, int64_t y0, int64_t y1, at::Tensor& t, at::Tensor& d_nodes,
              at::Tensor& d_fixed) const;

  static constexpr int64_t kRowGroup = 8;

 private:
  int64_t height_ = 0;
  int64_t n_learned_ = 0;
  int64_t n_fixed_ = 0;
  at::Tensor node_x_, node_y_;  // [P_x], [P_y], float64
  at::Tensor columns_;          // X [W, Q]
  at::Tensor rows_;             // [H, P_y], padded to whole groups with its last row
  at::Tensor fixed_rows_;       // [H (Q - P_x), 2 f]: what the fixed columns of weight_e become on each row
};

}  // namespace inr::field
