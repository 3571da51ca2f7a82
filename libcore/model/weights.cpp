// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "model/weights.hpp"

#include "base/crc32c.hpp"
#include "base/error.hpp"
#include "base/sha256.hpp"

namespace inr::model {

Weights load_weights(const base::Safetensors& file, const std::string& prefix, std::span<const TensorSpec> specs) {
  Weights out;
  for (const TensorSpec& spec : specs) {
    if (file.find(prefix + spec.name) == nullptr) {
      throw base::DataError(base::Fault::kDamaged, file.where(), "has no tensor " + prefix + spec.name,
                            "this file lacks the set '" + prefix + "*' that its configuration asks for");
    }
    out.emplace(spec.name, file.read_f32(prefix + spec.name, spec.shape));
  }
  return out;
}

std::vector<base::TensorView> tensor_views(const Weights& weights, const std::string& prefix,
                                           std::span<const TensorSpec> specs) {
  std::vector<base::TensorView> out;
  for (const TensorSpec& spec : specs) {
    const std::span<const float> values = weights.at(spec.name);
    out.push_back({prefix + spec.name, base::Dtype::kF32, spec.shape, std::as_bytes(values)});
  }
  return out;
}

std::string model_hash(const Weights& weights) {
  std::string list;
  for (const auto& [name, values] : weights)
    list += name + " " + std::to_string(base::crc32c(std::as_bytes(std::span<const float>(values)))) + "\n";
  return base::sha256_hex(std::as_bytes(std::span<const char>(list)));
}

}  // namespace inr::model
