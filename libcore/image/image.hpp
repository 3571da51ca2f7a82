// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A picture in memory and a colour. Every picture of this folder is 8-bit RGB, interleaved, rows from the top, no
// padding.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace inr::image {

/// rgb.size() == 3 * width * height always; an empty picture has both sides 0.
struct Image {
  int64_t width = 0, height = 0;
  std::vector<uint8_t> rgb;  // [H, W, 3]

  [[nodiscard]] std::span<uint8_t> row(int64_t y) noexcept { return std::span(rgb).subspan(offset(y), offset(1)); }
  [[nodiscard]] std::span<const uint8_t> row(int64_t y) const noexcept {
    return std::span(rgb).subspan(offset(y), offset(1));
  }

 private:
  [[nodiscard]] size_t offset(int64_t y) const noexcept { return static_cast<size_t>(y * width * 3); }
};

struct Rgb {
  uint8_t r = 0, g = 0, b = 0;
  bool operator==(const Rgb&) const = default;
};

inline constexpr Rgb kWhite{255, 255, 255};
inline constexpr Rgb kBlack{0, 0, 0};

/// A picture of one colour. Sides are positive and their product fits memory (std::bad_alloc otherwise).
Image make_image(int64_t width, int64_t height, Rgb colour = kWhite);

/// "white", "black" or "#rrggbb" (hexadecimal digits of either case). Throws UsageError on anything else.
Rgb parse_colour(std::string_view text);

}  // namespace inr::image
