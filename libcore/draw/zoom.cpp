// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "draw/zoom.hpp"

#include <cmath>
#include <stdexcept>
#include <utility>

namespace inr::draw {
namespace {

// With r the ratio of the sizes, size(t) = size(0) r^t. Both edges are affine in the size (that is what keeps the fixed
// point), so they have gone the share (r^t - 1) / (r - 1) of their way, which tends to t as r tends to 1.
std::pair<double, double> axis(double low0, double high0, double low1, double high1, double t) {
  const double log_ratio = std::log((high1 - low1) / (high0 - low0));
  const double share = std::abs(log_ratio) < 1e-12 ? t : std::expm1(t * log_ratio) / std::expm1(log_ratio);
  return {low0 + (low1 - low0) * share, high0 + (high1 - high0) * share};
}

}  // namespace

model::Window zoom_window(const model::Window& from, const model::Window& to, int64_t i, int64_t n) {
  if (i < 0 || i >= n) throw std::logic_error("zoom_window: no such frame");
  if (i == 0) return from;
  if (i == n - 1) return to;
  const double t = static_cast<double>(i) / static_cast<double>(n - 1);
  const auto [x0, x1] = axis(from.x0, from.x1, to.x0, to.x1, t);
  const auto [y0, y1] = axis(from.y0, from.y1, to.y0, to.y1, t);
  return {x0, y0, x1, y1};
}

}  // namespace inr::draw
