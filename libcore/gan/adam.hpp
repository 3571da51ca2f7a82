// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Adam with one learning rate per parameter group (model.md, section 6), and the exponential moving average of the
// weights.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "field/tensor_map.hpp"

namespace inr::gan {

struct AdamOptions {
  double beta1 = 0.0, beta2 = 0.98, epsilon = 1e-8;
};

/// First and second moments of a set of parameters, named as these.
struct AdamState {
  field::TensorMap m, v;
  int64_t steps = 0;
};

AdamState make_adam_state(const field::TensorMap& parameters);

/// One step in place: p -= lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps). gradients are in the order of the
/// map; rate gives the learning rate of a parameter by its name.
void adam_step(field::TensorMap& parameters, const std::vector<at::Tensor>& gradients, AdamState& state,
               const AdamOptions& options, const std::function<double(const std::string&)>& rate);

/// average = decay * average + (1 - decay) * parameters, in place.
void ema_step(field::TensorMap& average, const field::TensorMap& parameters, double decay);

}  // namespace inr::gan
