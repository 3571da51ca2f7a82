// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Named tensors without LibTorch: the weights of a network under the names that its checkpoint gives them
// (inr-checkpoint.5), without prefix. What drawing and sampling work with; training has field/tensor_map.hpp.
#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/safetensors.hpp"
#include "model/theta_layout.hpp"

namespace inr::model {

/// By name: the values in float32, row-major, of the shape that the tensor's TensorSpec gives.
using Weights = std::map<std::string, std::vector<float>>;

/// Reads prefix + spec.name for every spec, converted to float32. Throws DataError naming the file and the tensor that
/// is missing or whose shape differs from the configuration's.
Weights load_weights(const base::Safetensors& file, const std::string& prefix, std::span<const TensorSpec> specs);

/// Views for base::write_safetensors, in the order of specs, named prefix + spec.name. They borrow the values' memory.
std::vector<base::TensorView> tensor_views(const Weights& weights, const std::string& prefix,
                                           std::span<const TensorSpec> specs);

/// Names a model: SHA-256 (64 hex digits) of the list "name CRC-32C\n" of all tensors, by name; the CRC is of the
/// float32 values in little-endian order.
std::string model_hash(const Weights& weights);

}  // namespace inr::model
