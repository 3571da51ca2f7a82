// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Chebyshev nodes and interpolation from them (render.md, section 1; Berrut & Trefethen, "Barycentric Lagrange
// interpolation", SIAM Review 2004), and the separation of fixed frequencies. In float64: what comes out is rounded by
// the callers.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace inr::render {

/// Nodes per axis that carry a wave of `max_frequency` (radians per unit) over an interval of `span` units to
/// `accuracy`; 0 where it would be more than any grid repays (above 512), or the frequency is not finite.
/// The coefficients of exp(i s t), t in [-1, 1], s = max_frequency span / 2, are Bessel functions J_k(s), and
/// interpolation at most doubles what truncation leaves out; one node more carries the derivative by the frequency.
/// With 1e-7 this is about s + 4 s^(1/3) + 6 nodes.
int64_t node_count(double max_frequency, double span, double accuracy);

/// Chebyshev points of the first kind on an interval, ascending, and interpolation from values at them.
class Nodes {
 public:
  Nodes(double low, double high, int64_t n);
  [[nodiscard]] const std::vector<double>& points() const noexcept { return points_; }
  [[nodiscard]] size_t size() const noexcept { return points_.size(); }
  [[nodiscard]] double centre() const noexcept { return centre_; }
  /// Points minus the centre: node i has minus that of node n - 1 - i.
  [[nodiscard]] const std::vector<double>& offsets() const noexcept { return offsets_; }
  /// Weights of all nodes in the value at one point; their sum is 1. out: [size()].
  void weights_at(double point, std::span<double> out) const;

 private:
  double centre_;
  std::vector<double> points_, offsets_, barycentric_;
};

/// Fixed frequencies (f_x, f_y) as sums of products of functions of x and of y. With g = |f_x| and s its sign,
///     sin(f_x x + f_y y) = cos(g x) sin(f_y y) + s sin(g x) cos(f_y y)
///     cos(f_x x + f_y y) = cos(g x) cos(f_y y) - s sin(g x) sin(f_y y),
/// so that every distinct g brings two functions of x, and g = 0 the one that is constant.
class Separated {
 public:
  Separated() = default;
  /// frequencies: [f, 2], columns x and y, all finite.
  explicit Separated(std::span<const double> frequencies);

  [[nodiscard]] int64_t n_frequencies() const noexcept { return static_cast<int64_t>(rows_.size()); }
  /// Functions of x.
  [[nodiscard]] int64_t n_columns() const noexcept { return n_columns_; }
  /// Their values at x: [n_columns].
  void columns(double x, std::span<double> out) const;
  /// Calls take(column, feature, factor) for every coefficient on the row y; feature counts f sines, then f cosines.
  template <typename Take>
  void row(double y, const Take& take) const;

 private:
  struct Row {
    double fy = 0, sign = 1;
    int64_t column = 0;  // of its cosine; its sine is the next one
    bool has_sine = false;
  };
  static double sine(double x);
  static double cosine(double x);
  std::vector<double> speeds_;  // distinct g
  std::vector<Row> rows_;
  int64_t n_columns_ = 0;
};

template <typename Take>
void Separated::row(double y, const Take& take) const {
  const auto f = static_cast<int64_t>(rows_.size());
  for (int64_t i = 0; i < f; ++i) {
    const Row& r = rows_[static_cast<size_t>(i)];
    const double s = sine(r.fy * y);
    const double c = cosine(r.fy * y);
    if (s != 0) take(r.column, i, s);
    if (c != 0) take(r.column, f + i, c);
    if (!r.has_sine) continue;
    if (c != 0) take(r.column + 1, i, r.sign * c);
    if (s != 0) take(r.column + 1, f + i, -r.sign * s);
  }
}

}  // namespace inr::render
