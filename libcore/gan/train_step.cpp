// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/train_step.hpp"

#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "base/error.hpp"
#include "field/decoder.hpp"
#include "gan/discriminator.hpp"
#include "gan/hypernetwork.hpp"

namespace inr::gan {
namespace {

using field::TensorMap;

/// Leaves that share memory with the weights and record gradients for the time of one step.
TensorMap leaves(const TensorMap& weights) {
  TensorMap out;
  for (const auto& [name, tensor] : weights) out[name] = tensor.detach().requires_grad_(true);
  return out;
}

std::vector<at::Tensor> values(const TensorMap& map) {
  std::vector<at::Tensor> out;
  for (const auto& [name, tensor] : map) out.push_back(tensor);
  return out;
}

std::vector<at::Tensor> gradients(const at::Tensor& loss, const TensorMap& weights) {
  return torch::autograd::grad({loss}, values(weights));
}

template <typename Select>
double norm(const TensorMap& names, const std::vector<at::Tensor>& grads, Select select) {
  double sum = 0;
  size_t i = 0;
  for (const auto& [name, tensor] : names) {
    const at::Tensor& grad = grads[i++];
    if (select(name)) sum += at::linalg_vector_norm(grad, 2, {}, false, at::kDouble).pow(2).item<double>();
  }
  return std::sqrt(sum);
}

bool is_shared(const std::string& name) { return name.starts_with("inr."); }

void require_finite(std::initializer_list<double> values_of_step, const char* step, int64_t iteration) {
  for (const double value : values_of_step) {
    if (!std::isfinite(value)) {
      throw base::DataError("iteration " + std::to_string(iteration + 1),
                            std::string("loss or gradient of ") + step + " is not finite",
                            "resume from the last checkpoint with lower learning rates (--set training.lr_d=...)");
    }
  }
}

}  // namespace

TrainState initial_state(const model::Config& config) {
  TrainState state;
  state.g = initial_generator(config.model, config.training.seed);
  for (const auto& [name, tensor] : state.g) state.ema[name] = tensor.clone();
  state.d = initial_discriminator(config.discriminator, config.model.resolution, config.training.seed);
  state.adam_g = make_adam_state(state.g);
  state.adam_d = make_adam_state(state.d);
  return state;
}

TrainStep::TrainStep(const model::Config& config)
    : config_(config),
      layout_(model::theta_layout(config.model)),
      plan_(model::plan_grid(config.model,
                             {.window = {}, .width = config.model.resolution, .height = config.model.resolution})) {}

at::Tensor TrainStep::generate(const TensorMap& weights, const at::Tensor& z) const {
  return field::decode(config_.model, layout_, weights, theta(weights, hidden(config_.model, weights, z)), plan_);
}

StepReport TrainStep::run(TrainState& state, const at::Tensor& reals, const at::Tensor& z_d,
                          const at::Tensor& z_g) const {
  StepReport report;
  at::Tensor fakes;
  {
    const at::NoGradGuard no_grad;
    fakes = generate(state.g, z_d);
  }
  step_d(state, reals, fakes, report);
  step_g(state, z_g, report);
  ++state.iteration;
  state.images += reals.size(0);
  ema_step(state.ema, state.g, ema_decay(state.images));
  return report;
}

void TrainStep::step_d(TrainState& state, const at::Tensor& reals, const at::Tensor& fakes, StepReport& report) const {
  const model::TrainingConfig& training = config_.training;
  const bool with_r1 = training.r1 > 0 && state.iteration % training.r1_every == 0;
  const TensorMap d = leaves(state.d);
  const at::Tensor x = with_r1 ? reals.detach().requires_grad_(true) : reals;
  const at::Tensor logits_real = discriminate(d, x);
  const at::Tensor logits_fake = discriminate(d, fakes);
  const at::Tensor loss_real = at::softplus(-logits_real).mean();
  const at::Tensor loss_fake = at::softplus(logits_fake).mean();
  at::Tensor loss = loss_real + loss_fake;
  report.r1 = std::nan("");
  if (with_r1) {  // R1 of "Which training methods for GANs do actually converge?", without the factor 1/2
    const at::Tensor slope = torch::autograd::grad({logits_real.sum()}, {x}, {}, std::nullopt, true)[0];
    const at::Tensor penalty = slope.square().sum({1, 2, 3}).mean();
    loss = loss + penalty * (training.r1 * static_cast<double>(training.r1_every));
    report.r1 = penalty.item<double>();
  }
  const std::vector<at::Tensor> grads = gradients(loss, d);
  report.loss_d_real = loss_real.item<double>();
  report.loss_d_fake = loss_fake.item<double>();
  report.loss_d = loss.item<double>();
  report.logits_real = logits_real.mean().item<double>();
  report.logits_fake = logits_fake.mean().item<double>();
  report.grad_norm_d = norm(d, grads, [](const std::string&) { return true; });
  require_finite({report.loss_d, report.grad_norm_d}, "D", state.iteration);
  adam_step(state.d, grads, state.adam_d, {training.beta1, training.beta2},
            [&](const std::string&) { return training.lr_d; });
}

void TrainStep::step_g(TrainState& state, const at::Tensor& z, StepReport& report) const {
  const model::TrainingConfig& training = config_.training;
  const TensorMap g = leaves(state.g);
  const at::Tensor loss = at::softplus(-discriminate(state.d, generate(g, z))).mean();
  const std::vector<at::Tensor> grads = gradients(loss, g);
  report.loss_g = loss.item<double>();
  report.grad_norm_shared = norm(g, grads, is_shared);
  report.grad_norm_hypernet = norm(g, grads, [](const std::string& name) { return !is_shared(name); });
  require_finite({report.loss_g, report.grad_norm_shared, report.grad_norm_hypernet}, "G", state.iteration);
  adam_step(state.g, grads, state.adam_g, {training.beta1, training.beta2},
            [&](const std::string& name) { return is_shared(name) ? training.lr_shared : training.lr_hypernet; });
}

double TrainStep::ema_decay(int64_t images) const {
  const model::TrainingConfig& training = config_.training;
  if (training.ema_half_life <= 0) return training.ema;
  double half_life = training.ema_half_life;
  if (training.ema_ramp > 0) half_life = std::min(half_life, training.ema_ramp * static_cast<double>(images));
  return std::exp2(-static_cast<double>(training.batch) / half_life);
}

}  // namespace inr::gan
