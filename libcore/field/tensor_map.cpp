// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "field/tensor_map.hpp"

#include <cstring>

#include "base/error.hpp"

namespace inr::field {

TensorMap load_tensors(const base::Safetensors& file, const std::string& prefix,
                       std::span<const model::TensorSpec> specs) {
  TensorMap out;
  for (const model::TensorSpec& spec : specs) {
    if (file.find(prefix + spec.name) == nullptr) {
      throw base::DataError(file.where(), "has no tensor " + prefix + spec.name,
                            "this file lacks the set '" + prefix + "*' that its configuration asks for");
    }
    const std::vector<float> values = file.read_f32(prefix + spec.name, spec.shape);
    at::Tensor tensor = at::empty(spec.shape, at::kFloat);
    std::memcpy(tensor.data_ptr<float>(), values.data(), values.size() * sizeof(float));
    out.emplace(spec.name, std::move(tensor));
  }
  return out;
}

base::TensorView tensor_view(std::string name, const at::Tensor& tensor) {
  TORCH_CHECK(tensor.is_contiguous() && tensor.scalar_type() == at::kFloat && tensor.is_cpu(), name,
              " is no plain float32 tensor");
  const std::span<const float> values(tensor.const_data_ptr<float>(), static_cast<size_t>(tensor.numel()));
  return {std::move(name), base::Dtype::kF32, tensor.sizes().vec(), std::as_bytes(values)};
}

std::vector<base::TensorView> tensor_views(const TensorMap& tensors, const std::string& prefix,
                                           std::span<const model::TensorSpec> specs) {
  std::vector<base::TensorView> out;
  for (const model::TensorSpec& spec : specs) out.push_back(tensor_view(prefix + spec.name, tensors.at(spec.name)));
  return out;
}

}  // namespace inr::field
