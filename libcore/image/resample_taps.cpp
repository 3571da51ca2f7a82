// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// See resample_taps.hpp; the order of operations is Pillow's, because the last bit of a weight can decide a rounding.
#include "image/resample_taps.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace inr::image {
namespace {

double sinc(double x) { return x == 0.0 ? 1.0 : std::sin(x * std::numbers::pi) / (x * std::numbers::pi); }

double radius(Filter filter) noexcept {
  switch (filter) {
    case Filter::kBox:
      return 0.5;
    case Filter::kBilinear:
      return 1.0;
    case Filter::kBicubic:
      return 2.0;
    case Filter::kLanczos:
      return 3.0;
  }
  return 0.0;
}

double evaluate(Filter filter, double x) {
  const double distance = std::abs(x);
  switch (filter) {
    case Filter::kBox:
      return x > -0.5 && x <= 0.5 ? 1.0 : 0.0;
    case Filter::kBilinear:
      return distance < 1.0 ? 1.0 - distance : 0.0;
    case Filter::kBicubic: {
      constexpr double kA = -0.5;
      if (distance < 1.0) return ((kA + 2.0) * distance - (kA + 3.0)) * distance * distance + 1;
      if (distance < 2.0) return (((distance - 5) * distance + 8) * distance - 4) * kA;
      return 0.0;
    }
    case Filter::kLanczos:
      return -3.0 <= x && x < 3.0 ? sinc(x) * sinc(x / 3) : 0.0;
  }
  return 0.0;
}

}  // namespace

Taps<double> make_taps(int64_t n_in, int64_t n_out, Filter filter) {
  const double scale = static_cast<double>(n_in) / static_cast<double>(n_out);
  const double widening = std::max(scale, 1.0), support = radius(filter) * widening, narrowing = 1.0 / widening;
  Taps<double> taps;
  // No output sample sees more than all of the input.
  taps.stride = std::min(static_cast<size_t>(std::ceil(support)) * 2 + 1, static_cast<size_t>(n_in));
  taps.first.resize(static_cast<size_t>(n_out));
  taps.count.resize(static_cast<size_t>(n_out));
  taps.weights.resize(static_cast<size_t>(n_out) * taps.stride);
  for (size_t i = 0; i < taps.first.size(); ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale;
    // NOLINTBEGIN(bugprone-incorrect-roundings): cut towards zero, as Pillow does; what is negative becomes 0 anyway
    const auto first = std::max<int64_t>(static_cast<int64_t>(centre - support + 0.5), 0);
    const auto end = std::min<int64_t>(static_cast<int64_t>(centre + support + 0.5), n_in);
    // NOLINTEND(bugprone-incorrect-roundings)
    taps.first[i] = static_cast<size_t>(first);
    taps.count[i] = static_cast<size_t>(end - first);
    double* weights = &taps.weights[i * taps.stride];
    double sum = 0;
    for (size_t t = 0; t < taps.count[i]; ++t) {
      weights[t] = evaluate(filter, (static_cast<double>(first + static_cast<int64_t>(t)) - centre + 0.5) * narrowing);
      sum += weights[t];
    }
    for (size_t t = 0; t < taps.count[i] && sum != 0.0; ++t) weights[t] /= sum;
  }
  return taps;
}

Taps<int32_t> fixed_taps(const Taps<double>& taps) {
  Taps<int32_t> fixed{taps.first, taps.count, taps.stride, std::vector<int32_t>(taps.weights.size())};
  std::ranges::transform(taps.weights, fixed.weights.begin(), [](double weight) {
    return static_cast<int32_t>(weight * (1 << 22) + (weight < 0 ? -0.5 : 0.5));
  });
  return fixed;
}

}  // namespace inr::image
