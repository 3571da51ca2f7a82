// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "render/nodes.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace inr::render {
namespace {

constexpr int64_t kMaxNodes = 512;

}  // namespace

int64_t node_count(double max_frequency, double span, double accuracy) {
  const double s = max_frequency * span / 2;
  if (!(s < static_cast<double>(kMaxNodes))) return 0;
  if (span == 0) return 1;
  // Beyond k = s the J_k(s) fall faster than geometrically: their sum is taken from the far end, where it is nothing.
  auto k = static_cast<int64_t>(std::ceil(s + 20 * std::cbrt(s) + 20));
  double left_out = 0;
  while (s > 0 && k > 1) {
    left_out += 4 * std::abs(std::cyl_bessel_j(static_cast<double>(k - 1), s));
    if (left_out > accuracy) break;
    --k;
  }
  if (s == 0) k = 1;
  ++k;  // derivatives by the frequency have coefficients of the neighbouring orders
  return k <= kMaxNodes ? k : 0;
}

Nodes::Nodes(double low, double high, int64_t n) : centre_((low + high) / 2) {
  for (int64_t j = 0; j < n; ++j) {
    const double angle = static_cast<double>(2 * j + 1) * std::numbers::pi / static_cast<double>(2 * n);
    offsets_.push_back(-(high - low) / 2 * std::cos(angle));
    points_.push_back(centre_ + offsets_.back());
    barycentric_.push_back((j % 2 == 0 ? 1 : -1) * std::sin(angle));
  }
}

void Nodes::weights_at(double point, std::span<double> out) const {
  double sum = 0;
  for (size_t j = 0; j < points_.size(); ++j) {
    const double distance = point - points_[j];
    if (distance == 0) {  // on a node: the limit of the formula
      std::ranges::fill(out, 0.0);
      out[j] = 1;
      return;
    }
    out[j] = barycentric_[j] / distance;
    sum += out[j];
  }
  for (double& weight : out) weight /= sum;
}

double Separated::sine(double x) { return std::sin(x); }
double Separated::cosine(double x) { return std::cos(x); }

Separated::Separated(std::span<const double> frequencies) {
  for (size_t i = 0; i < frequencies.size(); i += 2) speeds_.push_back(std::abs(frequencies[i]));
  std::ranges::sort(speeds_);
  speeds_.erase(std::unique(speeds_.begin(), speeds_.end()), speeds_.end());
  std::vector<int64_t> first_column;  // of each g: its cosine, then (g > 0) its sine
  for (const double g : speeds_) {
    first_column.push_back(n_columns_);
    n_columns_ += g > 0 ? 2 : 1;
  }
  for (size_t i = 0; i < frequencies.size(); i += 2) {
    const double g = std::abs(frequencies[i]);
    const auto at = std::ranges::lower_bound(speeds_, g) - speeds_.begin();
    rows_.push_back(
        {frequencies[i + 1], frequencies[i] < 0 ? -1.0 : 1.0, first_column[static_cast<size_t>(at)], g > 0});
  }
}

void Separated::columns(double x, std::span<double> out) const {
  double* to = out.data();
  for (const double g : speeds_) {
    *to++ = std::cos(g * x);
    if (g > 0) *to++ = std::sin(g * x);
  }
}

}  // namespace inr::render
