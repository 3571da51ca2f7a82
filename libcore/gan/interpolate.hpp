// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Ways from one latent to the next: frames of a film between key points in z, w or parameter space.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace inr::gan {

enum class Ease { kLinear, kCosine };
enum class Path { kLinear, kSpherical };

/// Throws UsageError ("linear" or "cosine").
Ease parse_ease(std::string_view name);

/// One frame: between key points `from` and `to` at t in [0, 1).
struct Frame {
  int64_t from = 0, to = 0;
  double t = 0;
};

/// The frames of a film over n_keys key points (n_keys >= 2), frames_per_leg >= 1 on each leg: frame j of a leg stands
/// at ease(j / frames_per_leg). Without loop the last key point closes the film: (n_keys - 1) * frames_per_leg + 1
/// frames; with loop the film returns to the first one: n_keys * frames_per_leg frames, and its end joins its
/// beginning.
std::vector<Frame> film_frames(int64_t n_keys, int64_t frames_per_leg, bool loop, Ease ease);

/// The point at t between a and b (equal lengths). Spherical: along the great circle of the directions while the
/// lengths go linearly, which keeps normal latents typical; where a direction is undefined or the two are (nearly)
/// opposite or equal, linear.
std::vector<float> between(std::span<const float> a, std::span<const float> b, double t, Path path);

}  // namespace inr::gan
