// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "released/released_shapes.hpp"

#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/safetensors.hpp"
#include "model/theta_layout.hpp"

namespace inr::released {

model::ModelConfig check_released(const ReleasedPlan& plan, std::string_view where) {
  model::ModelConfig config = model::parse_model_config(plan.model, where);
  std::map<std::string, std::vector<int64_t>> expected = {{"h_mean", {config.hidden}}};
  for (const model::TensorSpec& spec : model::generator_tensors(config)) expected[spec.name] = spec.shape;
  for (const ReleasedOutput& tensor : plan.tensors) {
    const auto found = expected.find(tensor.name);
    const std::string name = "tensor '" + tensor.name + "'";
    if (found == expected.end())
      throw base::DataError(base::Fault::kDamaged, where, name + " has no place in the model");
    if (tensor.shape != found->second) {
      throw base::DataError(base::Fault::kDamaged, where,
                            name + " has shape " + base::shape_text(tensor.shape) + " instead of " +
                                base::shape_text(found->second) + ", which its configuration asks for");
    }
    expected.erase(found);
  }
  if (!expected.empty())
    throw base::DataError(base::Fault::kDamaged, where, "tensor '" + expected.begin()->first + "' is missing");
  return config;
}

}  // namespace inr::released
