// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// See quantize.hpp.
#include "image/quantize.hpp"

#include <stdexcept>

namespace inr::image {
namespace {

/// Comparisons in this order send NaN to 0.
template <typename Sample>
void quantize(std::span<const float> values, std::span<Sample> out, float scale, float offset, float top) {
  if (values.size() != out.size()) throw std::invalid_argument("quantize: sizes differ");
  for (size_t i = 0; i < values.size(); ++i) {
    const float x = scale * values[i] + offset;
    const float low = x > 0.0F ? x : 0.0F;
    out[i] = static_cast<Sample>(low < top ? low : top);
  }
}

}  // namespace

void quantize8(std::span<const float> values, std::span<uint8_t> out) { quantize(values, out, 127.5F, 128.0F, 255.0F); }

void quantize16(std::span<const float> values, std::span<uint16_t> out) {
  quantize(values, out, 32767.5F, 32768.0F, 65535.0F);
}

}  // namespace inr::image
