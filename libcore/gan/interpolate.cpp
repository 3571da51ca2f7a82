// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/interpolate.hpp"

#include <cmath>
#include <numbers>
#include <string>

#include "base/error.hpp"

namespace inr::gan {
namespace {

double length(std::span<const float> v) {
  double sum = 0;
  for (const float x : v) sum += double{x} * double{x};
  return std::sqrt(sum);
}

double eased(double t, Ease ease) { return ease == Ease::kLinear ? t : (1 - std::cos(std::numbers::pi * t)) / 2; }

}  // namespace

Ease parse_ease(std::string_view name) {
  if (name == "linear") return Ease::kLinear;
  if (name == "cosine") return Ease::kCosine;
  throw base::UsageError("\"" + base::printable(name) + "\" is neither linear nor cosine");
}

std::vector<Frame> film_frames(int64_t n_keys, int64_t frames_per_leg, bool loop, Ease ease) {
  std::vector<Frame> out;
  const int64_t n_legs = loop ? n_keys : n_keys - 1;
  for (int64_t leg = 0; leg < n_legs; ++leg) {
    for (int64_t j = 0; j < frames_per_leg; ++j) {
      out.push_back(
          {leg, (leg + 1) % n_keys, eased(static_cast<double>(j) / static_cast<double>(frames_per_leg), ease)});
    }
  }
  if (!loop) out.push_back({n_keys - 1, n_keys - 1, 0});
  return out;
}

std::vector<float> between(std::span<const float> a, std::span<const float> b, double t, Path path) {
  double weight_a = 1 - t;
  double weight_b = t;
  const double length_a = length(a);
  const double length_b = length(b);
  if (path == Path::kSpherical && length_a > 0 && length_b > 0) {
    double dot = 0;
    for (size_t i = 0; i < a.size(); ++i) dot += double{a[i]} * double{b[i]};
    const double angle = std::acos(std::fmin(1.0, std::fmax(-1.0, dot / (length_a * length_b))));
    const double sine = std::sin(angle);
    if (sine > 1e-6) {
      const double target = (1 - t) * length_a + t * length_b;
      weight_a = std::sin((1 - t) * angle) / sine * target / length_a;
      weight_b = std::sin(t * angle) / sine * target / length_b;
    }
  }
  std::vector<float> out(a.size());
  for (size_t i = 0; i < a.size(); ++i) out[i] = static_cast<float>(weight_a * double{a[i]} + weight_b * double{b[i]});
  return out;
}

}  // namespace inr::gan
