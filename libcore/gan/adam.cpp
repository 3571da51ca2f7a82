// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/adam.hpp"

#include <cmath>

#include "gan/sweeps.hpp"

namespace inr::gan {

namespace {

/// Whether no tensor but t reaches its memory: a gradient may be a part of a larger one, or serve two parameters. Where
/// autograd has made t as a view (a transposed product), the tensor it is a view of counts as t's own.
bool owns_its_memory(const at::Tensor& t) {
  const size_t own = t.is_view() && t._base().use_count() == 1 ? 2 : 1;
  return t.storage().use_count() == own && t.storage().nbytes() == static_cast<size_t>(t.numel()) * t.element_size();
}

}  // namespace

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
    const at::Tensor gradient = gradients[i++].contiguous();
    at::Tensor& m = state.m.at(name);
    // With beta1 = 0 the first moment is the gradient: its memory becomes m's, where nothing else holds it.
    if (options.beta1 == 0) m = owns_its_memory(gradient) ? gradient.detach() : gradient.clone();
    adam_sweep({.beta1 = options.beta1,
                .beta2 = options.beta2,
                .rate = rate(name) / correction1,
                .root = correction2,
                .epsilon = options.epsilon},
               gradient, m, state.v.at(name), parameter);
  }
}

void ema_step(field::TensorMap& average, const field::TensorMap& parameters, double decay) {
  const at::NoGradGuard no_grad;
  for (auto& [name, tensor] : average) average_sweep(decay, parameters.at(name), tensor);
}

}  // namespace inr::gan
