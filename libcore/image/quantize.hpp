// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// From a generator's values in [-1, 1] to samples. In float32, one multiplication and one addition, rounded after each:
// the same bits on every machine, and those of the tensor expression (127.5 x + 128).clamp(0, 255).to(uint8).
#pragma once
#include <cstdint>
#include <span>

namespace inr::image {

/// out[i] = floor(clamp(127.5 v + 128, 0, 255)); NaN gives 0. out.size() == values.size(), else std::invalid_argument.
void quantize8(std::span<const float> values, std::span<uint8_t> out);

/// out[i] = floor(clamp(32767.5 v + 32768, 0, 65535)); NaN gives 0.
void quantize16(std::span<const float> values, std::span<uint16_t> out);

}  // namespace inr::image
