// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "image/png_filter.hpp"

#include <algorithm>

namespace inr::image {
namespace {

// Differences of bytes fit 16 bits, of which a vector register holds the most; selections instead of branches.
// restrict is heeded where it stands at parameters.
void filter_rest(const uint8_t* __restrict row, const uint8_t* __restrict above, uint8_t* __restrict out, size_t bpp,
                 size_t n) noexcept {
  for (size_t i = bpp; i < n; ++i) {
    const int16_t a = row[i - bpp], b = above[i], c = above[i - bpp];
    // p = a + b - c; these are p - a, p - b and p - c.
    const auto to_a = static_cast<int16_t>(b - c), to_b = static_cast<int16_t>(a - c);
    const auto to_c = static_cast<int16_t>(to_a + to_b);
    const auto far_a = static_cast<int16_t>(to_a < 0 ? -to_a : to_a);
    const auto far_b = static_cast<int16_t>(to_b < 0 ? -to_b : to_b);
    const auto far_c = static_cast<int16_t>(to_c < 0 ? -to_c : to_c);
    const int16_t b_or_c = far_b <= far_c ? b : c;
    const int16_t predictor = far_a <= std::min(far_b, far_c) ? a : b_or_c;
    out[i] = static_cast<uint8_t>(row[i] - predictor);
  }
}

}  // namespace

void filter_paeth(std::span<const uint8_t> row, std::span<const uint8_t> above, size_t bytes_per_pixel,
                  std::span<uint8_t> out) noexcept {
  // Without a left neighbour the nearest of (0, above, 0) to their own sum is above.
  for (size_t i = 0; i < std::min(bytes_per_pixel, row.size()); ++i) out[i] = static_cast<uint8_t>(row[i] - above[i]);
  filter_rest(row.data(), above.data(), out.data(), bytes_per_pixel, row.size());
}

}  // namespace inr::image
