// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/adam.hpp"

#include <cmath>

namespace inr::gan {

AdamState make_adam_state(const field::TensorMap& parameters) {
  AdamState state;
  for (const auto& [name, tensor] : parameters) {
    state.m[name] = at::zeros_like(tensor).detach();
    state.v[name] = at::zeros_like(tensor).detach();
  }
  return state;
}

void adam_step(field::TensorMap& parameters, const std::vector<at::Tensor>& gradients, AdamState& state,
               const AdamOptions& options, const std::function<double(const std::string&)>& rate) {
  const at::NoGradGuard no_grad;
  TORCH_CHECK(gradients.size() == parameters.size(), "as many gradients as parameters");
  ++state.steps;
  const auto t = static_cast<double>(state.steps);
  const double correction1 = 1 - std::pow(options.beta1, t);
  const double correction2 = std::sqrt(1 - std::pow(options.beta2, t));
  size_t i = 0;
  for (auto& [name, parameter] : parameters) {
    const at::Tensor& gradient = gradients[i++];
    at::Tensor& m = state.m.at(name);
    at::Tensor& v = state.v.at(name);
    m.mul_(options.beta1).add_(gradient, 1 - options.beta1);
    v.mul_(options.beta2).addcmul_(gradient, gradient, 1 - options.beta2);
    const at::Tensor denominator = at::sqrt(v).div_(correction2).add_(options.epsilon);
    parameter.addcdiv_(m, denominator, -rate(name) / correction1);
  }
}

void ema_step(field::TensorMap& average, const field::TensorMap& parameters, double decay) {
  const at::NoGradGuard no_grad;
  for (auto& [name, tensor] : average) tensor.mul_(decay).add_(parameters.at(name), 1 - decay);
}

}  // namespace inr::gan
