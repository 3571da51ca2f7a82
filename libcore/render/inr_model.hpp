// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A model without its latents: what all records of an INR stream have in common.
#pragma once
#include <cstdint>
#include <memory>

#include "base/safetensors.hpp"
#include "model/config.hpp"
#include "model/theta_layout.hpp"
#include "model/weights.hpp"

namespace inr::render {

/// What all functions of one model share. Immutable, used by any number of threads.
struct InrModel {
  model::ModelConfig config;
  model::ThetaLayout layout;
  model::Weights shared;  // inr.*
};

/// From the head of an INR stream (the tensors inr.* without prefix). Throws DataError where config and tensors
/// disagree, or where n_theta is not the configuration's.
std::shared_ptr<const InrModel> make_model(const model::ModelConfig& config, const base::Safetensors& shared,
                                           int64_t n_theta);

}  // namespace inr::render
