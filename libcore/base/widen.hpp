// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Raw little-endian numbers of any Dtype as float or double: what safetensors, npy and INR streams share.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/safetensors.hpp"  // Dtype

namespace inr::base {

/// Values of bytes, nearest float (F64 and integers are rounded). bytes.size() is a multiple of dtype_bytes(dtype); a
/// rest is ignored. Bool: 0 or 1.
std::vector<float> widen_to_f32(Dtype dtype, std::span<const std::byte> bytes);
std::vector<double> widen_to_f64(Dtype dtype, std::span<const std::byte> bytes);

/// Product of a shape that comes from a file; nothing where a size is negative or the product of the sizes, or that in
/// bytes, does not fit into int64.
std::optional<int64_t> checked_numel(std::span<const int64_t> shape, size_t bytes_each) noexcept;

}  // namespace inr::base
