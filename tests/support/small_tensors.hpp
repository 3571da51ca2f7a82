// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The weights of small models (small_models.hpp) as LibTorch's tensors.
#pragma once
#include "field/tensor_map.hpp"
#include "support/small_models.hpp"

namespace inr::test {

/// A model's tensors inr.*, of this type.
inline field::TensorMap tensors_of(const render::InrModel& model, at::ScalarType type = at::kFloat) {
  field::TensorMap out;
  for (const model::TensorSpec& spec : model::shared_tensors(model.config)) {
    const std::vector<float>& values = model.shared.at(spec.name);
    out[spec.name] = at::tensor(at::ArrayRef<float>(values), at::kFloat).reshape(spec.shape).to(type);
  }
  return out;
}

/// theta as [1, n_theta].
inline at::Tensor tensor_of(const std::vector<float>& theta, at::ScalarType type = at::kFloat) {
  return at::tensor(at::ArrayRef<float>(theta), at::kFloat).unsqueeze(0).to(type);
}

}  // namespace inr::test
