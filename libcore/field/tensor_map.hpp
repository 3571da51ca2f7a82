// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Named tensors: the weights of a network under the names that its checkpoint gives them (inr-checkpoint.5), without
// prefix.
#pragma once
#include <torch/types.h>

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/safetensors.hpp"
#include "model/theta_layout.hpp"

namespace inr::field {

using TensorMap = std::map<std::string, at::Tensor>;

/// Reads prefix + spec.name for every spec, widened to float32, contiguous, no gradient. Throws DataError naming the
/// file, the tensor that is missing or whose shape differs from the configuration's.
TensorMap load_tensors(const base::Safetensors& file, const std::string& prefix,
                       std::span<const model::TensorSpec> specs);

/// Views of contiguous float32 CPU tensors for base::write_safetensors, in the order of specs, named prefix +
/// spec.name. The views borrow the tensors' memory.
std::vector<base::TensorView> tensor_views(const TensorMap& tensors, const std::string& prefix,
                                           std::span<const model::TensorSpec> specs);

/// The bytes of one contiguous float32 CPU tensor.
base::TensorView tensor_view(std::string name, const at::Tensor& tensor);

}  // namespace inr::field
