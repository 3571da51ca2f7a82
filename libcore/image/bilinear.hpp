// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Bilinear interpolation of float numbers without antialiasing, in the two ways that evaluation code has of placing the
// samples of the result. Sums in float32, along x first. (Antialiased filters, and 8-bit pictures: resample.hpp.)
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace inr::image {

/// Where sample i of the result lies among the samples of the source, scale = in / out.
enum class SampleGrid {
  kCorner,  // i * scale: TensorFlow 1's resize_bilinear. The first samples fall together, the last ones do not.
  kCentre,  // (i + 0.5) * scale - 0.5: torch's interpolate with align_corners = false
};

/// pixels [in_height, in_width, channels] -> [height, width, channels]. What lies beyond an edge is the edge; a size
/// that stays changes nothing. Throws std::invalid_argument where the number of pixels does not fit or a size is not
/// positive.
std::vector<float> resize_bilinear(std::span<const float> pixels, int64_t in_width, int64_t in_height, int64_t channels,
                                   int64_t width, int64_t height, SampleGrid grid);

}  // namespace inr::image
