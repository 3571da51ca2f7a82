// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Separable resampling with Pillow's arithmetic (its resize() up to version 12): antialiased when shrinking, the
// horizontal pass first, 22-bit fixed-point weights, an 8-bit picture between the passes, a pass whose size does not
// change skipped. The same bits as Pillow's on the goldens. Sources: Pillow's documentation of its filters;
// tests/golden/fid/README.md, section 4.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "image/image.hpp"

namespace inr::image {

enum class Filter { kBox, kBilinear, kBicubic, kLanczos };

/// "box", "bilinear", "bicubic" (a = -0.5), "lanczos" (three lobes). Throws UsageError naming the nearest word.
Filter parse_filter(std::string_view name);
std::string_view filter_name(Filter filter) noexcept;

/// Whole picture to width x height (both positive, source not empty; std::invalid_argument otherwise).
Image resize(const Image& source, int64_t width, int64_t height, Filter filter);

template <typename Weight>
struct Taps;

/// resize() a few rows at a time: the same bits in the memory of the source, made as wide as the result. Used by any
/// number of threads.
class Resizer {
 public:
  /// As resize().
  Resizer(const Image& source, int64_t width, int64_t height, Filter filter);
  /// Rows first .. first + count - 1; std::invalid_argument where the result has none of them.
  [[nodiscard]] Image rows(int64_t first, int64_t count) const;

 private:
  Image wide_;  // [H of the source, width]
  int64_t height_;
  std::shared_ptr<const Taps<int32_t>> taps_;  // of the rows; null where the height stays
};

/// The centred square of the shorter side N, offset floor((side - N) / 2).
Image center_crop(const Image& source);

/// The same filters on float numbers: pixels [in_height, in_width, channels] -> [height, width, channels]. Sums in
/// double, a float32 picture between the passes, values clipped to [0, 255] at the end and never rounded: clean-fid's
/// resize. Throws std::invalid_argument where pixels.size() is not in_height * in_width * channels or a size is not
/// positive.
std::vector<float> resize_float(std::span<const float> pixels, int64_t in_width, int64_t in_height, int64_t channels,
                                int64_t width, int64_t height, Filter filter);

}  // namespace inr::image
