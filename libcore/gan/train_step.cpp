// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/train_step.hpp"

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "field/decoder.hpp"
#include "gan/discriminator.hpp"
#include "gan/free_memory.hpp"
#include "gan/gradients.hpp"
#include "gan/hypernetwork.hpp"
#include "parallel/shard.hpp"

namespace inr::gan {
namespace {

using field::TensorMap;
using parallel::kGroupSize;

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

TrainStep::TrainStep(const model::Config& config, const StepOptions& options, parallel::Group* group)
    : config_(config),
      options_(options),
      group_(group),
      layout_(model::theta_layout(config.model)),
      plan_(model::plan_grid(config.model,
                             {.window = {}, .width = config.model.resolution, .height = config.model.resolution})) {}

at::Tensor TrainStep::decode(const TensorMap& weights, const at::Tensor& theta_rows, double* worst_difference) const {
  return field::decode(config_.model, layout_, weights, theta_rows, plan_,
                       {.kernel = options_.kernel, .worst_difference = worst_difference});
}

at::Tensor TrainStep::generate(const TensorMap& weights, const at::Tensor& z) const {
  return decode(weights, theta(weights, hidden(config_.model, weights, z)));
}

int64_t TrainStep::part_of_g(int64_t n) const {
  return options_.micro_batch > 0 ? std::min(options_.micro_batch, n) : n;
}

/// Indices of the images of each part that D takes at once. Image i is in group i mod (n / 4); a part is a run of
/// groups, in an order that makes the same groups of them again.
std::vector<at::Tensor> TrainStep::parts_of_d(int64_t n, at::Device device) const {
  const int64_t n_groups = n / std::min(kGroupSize, n);
  const int64_t groups_at_once =
      options_.micro_batch > 0 ? std::max<int64_t>(1, options_.micro_batch / kGroupSize) : n_groups;
  const at::TensorOptions indices = at::TensorOptions(device).dtype(at::kLong);
  if (n % std::min(kGroupSize, n) != 0 || groups_at_once >= n_groups) return {at::arange(n, indices)};
  std::vector<at::Tensor> parts;
  const at::Tensor by_member = at::arange(n, indices).reshape({n / n_groups, n_groups});
  for (int64_t first = 0; first < n_groups; first += groups_at_once) {
    const int64_t count = std::min(groups_at_once, n_groups - first);
    parts.push_back(by_member.narrow(1, first, count).reshape({-1}));
  }
  return parts;
}

at::Tensor TrainStep::generate_in_parts(const TensorMap& weights, const at::Tensor& z, StepReport& report) const {
  const at::NoGradGuard no_grad;
  const at::Tensor rows = theta(weights, hidden(config_.model, weights, z));
  std::vector<at::Tensor> images;
  for (const at::Tensor& part : rows.split(part_of_g(z.size(0))))
    images.push_back(decode(weights, part, &report.worst_difference));
  return images.size() == 1 ? images.front() : at::cat(images);
}

std::optional<parallel::Averaging> TrainStep::start_average(const std::vector<at::Tensor>& gradients) const {
  if (group_ == nullptr || group_->size() == 1) return std::nullopt;
  std::optional<parallel::Averaging> averaging(group_->start_average());
  for (const at::Tensor& gradient : gradients) averaging->add(gradient);
  return averaging;
}

StepReport TrainStep::run(TrainState& state, const at::Tensor& reals, const at::Tensor& z_d,
                          const at::Tensor& z_g) const {
  StepReport report;
  at::Tensor fakes;
  {
    const PhaseTimer timer(report.seconds.g_forward);
    fakes = generate_in_parts(state.g, z_d, report);
  }
  std::optional<SavedWeights> before;  // for the case that the G step fails
  if (!options_.skip_non_finite) before.emplace(state.d, state.adam_d, config_.training.beta1);
  if (!step_d(state, reals, fakes, report) && !options_.skip_non_finite) return report;
  fakes.reset();
  release_free_memory();
  if (!step_g(state, z_g, report) && !options_.skip_non_finite) {
    std::move(*before).restore(state.d, state.adam_d);
    return report;
  }
  ++state.iteration;
  state.images += reals.size(0) * (group_ == nullptr ? 1 : group_->size());
  const PhaseTimer timer(report.seconds.optimiser);
  ema_step(state.ema, state.g, ema_decay(state.images));  // nothing where this process keeps no average
  return report;
}

bool TrainStep::step_d(TrainState& state, const at::Tensor& reals, const at::Tensor& fakes, StepReport& report) const {
  const model::TrainingConfig& training = config_.training;
  const bool with_r1 = training.r1 > 0 && state.iteration % training.r1_every == 0;
  const double r1_weight = with_r1 ? training.r1 * static_cast<double>(training.r1_every) : 0;
  const TensorMap d = leaves(state.d);
  const std::vector<at::Tensor> weights = values(d);
  const double share = 1 / static_cast<double>(reals.size(0));  // of an image in the local mean
  std::vector<at::Tensor> gradients;
  std::vector<at::Tensor> sums;  // loss real, loss fake, R1, logits real, logits fake: read once, when all is under way
  const auto number = [](const at::Tensor& scalar) { return scalar.detach().to(at::kDouble); };
  for (const at::Tensor& part : parts_of_d(reals.size(0), reals.device())) {
    // The fakes first, back and forth, then the reals: only one of the two graphs is ever held.
    at::Tensor logits;
    {
      const PhaseTimer timer(report.seconds.d_forward);
      logits = discriminate(d, fakes.index_select(0, part));
    }
    at::Tensor loss = at::softplus(logits).sum() * share;
    {
      const PhaseTimer timer(report.seconds.backward);
      accumulate(gradients, torch::autograd::grad({loss}, weights));
    }
    const at::Tensor loss_fake = number(loss);
    const at::Tensor logits_fake = number(logits.sum()) * share;

    const at::Tensor x = reals.index_select(0, part).requires_grad_(with_r1);
    {
      const PhaseTimer timer(report.seconds.d_forward);
      logits = discriminate(d, x);
    }
    loss = at::softplus(-logits).sum() * share;
    const at::Tensor loss_real = number(loss);
    const at::Tensor logits_real = number(logits.sum()) * share;
    at::Tensor penalty = at::zeros_like(loss_real);
    const PhaseTimer timer(with_r1 ? report.seconds.r1 : report.seconds.backward);
    if (with_r1) {  // R1 of "Which training methods for GANs do actually converge?", without the factor 1/2
      const at::Tensor slope = torch::autograd::grad({logits.sum()}, {x}, {}, std::nullopt, true)[0];
      const at::Tensor squares = slope.square().sum() * share;
      loss = loss + squares * r1_weight;
      penalty = number(squares);
    }
    logits.reset();
    accumulate(gradients, torch::autograd::grad({loss}, weights));
    accumulate(sums, {loss_real, loss_fake, penalty, logits_real, logits_fake});
  }
  std::vector<double> means = read(sums);
  if (std::optional<parallel::Averaging> averaging = start_average(gradients)) {
    const PhaseTimer timer(report.seconds.allreduce);
    averaging->finish();
    means = group_->mean(means);
  }
  report.loss_d_real = means[0];
  report.loss_d_fake = means[1];
  report.r1 = with_r1 ? means[2] : std::nan("");
  report.loss_d = means[0] + means[1] + r1_weight * means[2];
  report.logits_real = means[3];
  report.logits_fake = means[4];
  const PhaseTimer timer(report.seconds.optimiser);
  report.grad_norm_d = norm(gradients);
  report.fault = fault_of(report.loss_d, report.grad_norm_d, "D");
  if (!report.fault.empty()) return false;
  adam_step(state.d, gradients, state.adam_d, {training.beta1, training.beta2},
            [&](const std::string&) { return training.lr_d; });
  return true;
}

at::Tensor TrainStep::image_slopes(const TensorMap& d, const at::Tensor& images, StepReport& report) const {
  const double share = 1 / static_cast<double>(images.size(0));
  at::Tensor slopes = at::empty(images.sizes(), images.options());
  std::vector<at::Tensor> sum;
  for (const at::Tensor& part : parts_of_d(images.size(0), images.device())) {
    const at::Tensor x = images.detach().index_select(0, part).requires_grad_(true);
    at::Tensor loss;
    {
      const PhaseTimer timer(report.seconds.d_forward);
      loss = at::softplus(-discriminate(d, x)).sum() * share;
    }
    const PhaseTimer timer(report.seconds.backward);
    slopes.index_copy_(0, part, torch::autograd::grad({loss}, {x})[0]);
    accumulate(sum, {loss.detach().to(at::kDouble)});
  }
  report.loss_g = read(sum).front();
  return slopes;
}

bool TrainStep::step_g(TrainState& state, const at::Tensor& z, StepReport& report) const {
  const TensorMap g = leaves(state.g);
  const int64_t n = z.size(0);
  const int64_t at_once = part_of_g(n);

  // z -> theta -> images. In parts, the images are made without a graph here, and once more with one below.
  at::Tensor rows, rows_leaf, images;
  {
    const PhaseTimer timer(report.seconds.g_forward);
    rows = theta(g, hidden(config_.model, g, z));
    rows_leaf = rows.detach().requires_grad_(true);
    images = at_once == n ? decode(g, rows_leaf) : generate_in_parts(state.g, z, report);
  }
  const at::Tensor slopes = image_slopes(state.d, images, report);

  // From the images to theta and the shared weights, a part at a time.
  std::vector<at::Tensor> inputs = select(g, true);
  const size_t n_shared = inputs.size();
  inputs.emplace_back();
  std::vector<at::Tensor> shared_gradients;
  at::Tensor rows_gradient = at::empty_like(rows.detach());
  for (int64_t first = 0; first < n; first += at_once) {
    const int64_t count = std::min(at_once, n - first);
    inputs.back() = rows_leaf;
    if (at_once < n) {
      const PhaseTimer timer(report.seconds.g_forward);
      inputs.back() = rows_leaf.detach().narrow(0, first, count).requires_grad_(true);
      images = decode(g, inputs.back());
    }
    const PhaseTimer timer(report.seconds.backward);
    std::vector<at::Tensor> part = torch::autograd::grad({images}, inputs, {slopes.narrow(0, first, count)});
    rows_gradient.narrow(0, first, count).copy_(part.back());
    part.resize(n_shared);
    accumulate(shared_gradients, std::move(part));
  }
  images.reset();

  // Then the hypernetwork, while the gradients of the shared weights travel.
  std::optional<parallel::Averaging> averaging = start_average(shared_gradients);
  std::vector<at::Tensor> hypernet_gradients;
  {
    const PhaseTimer timer(report.seconds.backward);
    hypernet_gradients = torch::autograd::grad({rows}, select(g, false), {rows_gradient});
  }
  if (averaging) {
    const PhaseTimer timer(report.seconds.allreduce);
    for (const at::Tensor& gradient : hypernet_gradients) averaging->add(gradient);
    averaging->finish();
    report.loss_g = group_->mean({report.loss_g})[0];
  }
  return update_g(state, std::move(hypernet_gradients), std::move(shared_gradients), report);
}

bool TrainStep::update_g(TrainState& state, std::vector<at::Tensor> hypernet_gradients,
                         std::vector<at::Tensor> shared_gradients, StepReport& report) const {
  const model::TrainingConfig& training = config_.training;
  const PhaseTimer timer(report.seconds.optimiser);
  report.grad_norm_shared = norm(shared_gradients);
  report.grad_norm_hypernet = norm(hypernet_gradients);
  const std::string fault = fault_of(report.loss_g, report.grad_norm_shared + report.grad_norm_hypernet, "G");
  if (!fault.empty()) {
    report.fault = fault;
    return false;
  }
  std::vector<at::Tensor> gradients = std::move(hypernet_gradients);  // "hypernet." sorts before "inr."
  std::move(shared_gradients.begin(), shared_gradients.end(), std::back_inserter(gradients));
  adam_step(state.g, gradients, state.adam_g, {training.beta1, training.beta2},
            [&](const std::string& name) { return is_shared(name) ? training.lr_shared : training.lr_hypernet; });
  return true;
}

double TrainStep::ema_decay(int64_t images) const {
  const model::TrainingConfig& training = config_.training;
  if (training.ema_half_life <= 0) return training.ema;
  double half_life = training.ema_half_life;
  if (training.ema_ramp > 0) half_life = std::min(half_life, training.ema_ramp * static_cast<double>(images));
  return std::exp2(-static_cast<double>(training.batch) / half_life);
}

}  // namespace inr::gan
