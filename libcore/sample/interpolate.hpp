// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Ways from one key point to the next: the frames of a film over several of them, the points between two, and what a
// frame says of itself.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace inr::sample {

/// Where the key points lie: z, h (the paper's W), or the parameters theta of the functions.
enum class Space { kZ, kW, kParams };
enum class Path { kLinear, kSpherical };
enum class Ease { kLinear, kCosine };

/// "z", "w", "params". Throws UsageError, as the next two.
Space parse_space(std::string_view name);
/// "line", "sphere".
Path parse_path(std::string_view name);
/// "linear", "cosine".
Ease parse_ease(std::string_view name);

/// How a way is gone.
struct Way {
  Space space = Space::kZ;
  Path path = Path::kSpherical;
};

/// One frame: between key points `from` and `to` at t in [0, 1); the step-th of its leg. At a key point step and t are
/// 0, and only there.
struct Frame {
  int64_t from = 0, to = 0;
  int64_t step = 0;
  double t = 0;
};

/// The frames of a film. Frame j of a leg stands at ease(j / frames_per_leg). Without loop the last key point closes
/// the film, a leg to itself: (n_keys - 1) * frames_per_leg + 1 frames; with loop the film returns to the first one:
/// n_keys * frames_per_leg frames, and its end joins its beginning.
class Film {
 public:
  /// frames_per_leg >= 1. Throws UsageError (fewer than two key points).
  Film(int64_t n_keys, int64_t frames_per_leg, bool loop, Ease ease);
  [[nodiscard]] int64_t size() const noexcept { return n_legs_ * frames_per_leg_ + (n_legs_ < n_keys_ ? 1 : 0); }
  [[nodiscard]] int64_t frames_per_leg() const noexcept { return frames_per_leg_; }
  [[nodiscard]] Ease ease() const noexcept { return ease_; }
  /// 0 <= i < size().
  [[nodiscard]] Frame frame(int64_t i) const;

 private:
  int64_t n_keys_, frames_per_leg_, n_legs_;
  Ease ease_;
};

/// The point at t in [0, 1] between a and b (equal lengths); a and b themselves, to the bit, at 0 and 1. Spherical:
/// along the great circle of the directions while the lengths go linearly, which keeps normal latents typical. Opposite
/// directions have no shortest way: they are joined by a half circle through the axis a lies furthest from. Zero has no
/// direction: linear.
std::vector<float> between(std::span<const float> a, std::span<const float> b, double t, Path path);

/// The info of frame i of a film (its keys: inr-stream.5). keys: what the key points' own records say, or would say.
base::Json frame_info(const Film& film, int64_t i, std::span<const base::Json> keys, Way way);

}  // namespace inr::sample
