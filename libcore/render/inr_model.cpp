// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "render/inr_model.hpp"

#include "base/error.hpp"

namespace inr::render {

std::shared_ptr<const InrModel> make_model(const model::ModelConfig& config, const base::Safetensors& shared,
                                           int64_t n_theta) {
  auto out = std::make_shared<InrModel>();
  out->config = config;
  out->layout = model::theta_layout(config);
  if (out->layout.n_theta != n_theta) {
    throw base::DataError(shared.where(), "says " + std::to_string(n_theta) +
                                              " parameters a record, its configuration has " +
                                              std::to_string(out->layout.n_theta));
  }
  out->shared = model::load_weights(shared, "", model::shared_tensors(config));
  return out;
}

}  // namespace inr::render
