// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/gradients.hpp"

#include <cmath>

#include "gan/sweeps.hpp"

namespace inr::gan {
namespace {

field::TensorMap copy(const field::TensorMap& map) {
  field::TensorMap out;
  for (const auto& [name, tensor] : map) out[name] = tensor.clone();
  return out;
}

}  // namespace

field::TensorMap leaves(const field::TensorMap& weights) {
  field::TensorMap out;
  for (const auto& [name, tensor] : weights) out[name] = tensor.detach().requires_grad_(true);
  return out;
}

bool is_shared(const std::string& name) { return name.starts_with("inr."); }

std::vector<at::Tensor> select(const field::TensorMap& map, bool shared) {
  std::vector<at::Tensor> out;
  for (const auto& [name, tensor] : map) {
    if (is_shared(name) == shared) out.push_back(tensor);
  }
  return out;
}

std::vector<at::Tensor> values(const field::TensorMap& map) {
  std::vector<at::Tensor> out;
  for (const auto& [name, tensor] : map) out.push_back(tensor);
  return out;
}

void accumulate(std::vector<at::Tensor>& sum, std::vector<at::Tensor> more) {
  if (sum.empty()) {
    sum = std::move(more);
    return;
  }
  const at::NoGradGuard no_grad;
  for (size_t i = 0; i < sum.size(); ++i) sum[i].add_(more[i]);
}

double norm(const std::vector<at::Tensor>& gradients) {
  double sum = 0;
  std::vector<at::Tensor> elsewhere;
  for (const at::Tensor& gradient : gradients) {
    if (gradient.device().is_cpu()) {
      sum += sum_of_squares(gradient);
    } else {
      elsewhere.push_back(at::linalg_vector_norm(gradient, 2, {}, false, at::kDouble).square());
    }
  }
  for (const double square : read(elsewhere)) sum += square;
  return std::sqrt(sum);
}

std::vector<double> read(const std::vector<at::Tensor>& scalars) {
  if (scalars.empty()) return {};
  const at::NoGradGuard no_grad;
  const at::Tensor all = at::stack(scalars).to(at::kDouble).cpu().contiguous();
  return {all.const_data_ptr<double>(), all.const_data_ptr<double>() + all.numel()};
}

std::string fault_of(double loss, double gradient_norm, const char* network) {
  if (!std::isfinite(loss)) return std::string("the loss of ") + network;
  if (!std::isfinite(gradient_norm)) return std::string("the gradient of ") + network;
  return {};
}

SavedWeights::SavedWeights(const field::TensorMap& weights, const AdamState& adam, double beta1)
    : weights_(copy(weights)), adam_{beta1 == 0 ? adam.m : copy(adam.m), copy(adam.v), adam.steps} {}

void SavedWeights::restore(field::TensorMap& weights, AdamState& adam) && {
  weights = std::move(weights_);
  adam = std::move(adam_);
}

}  // namespace inr::gan
