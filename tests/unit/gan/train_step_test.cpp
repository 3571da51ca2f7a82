// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// One iteration of training: the same result in parts as at once; what happens where a value is not finite.
#include "gan/train_step.hpp"

#include <ATen/Parallel.h>

#include <limits>

#include "gan/checkpoint.hpp"
#include "gan/hypernetwork.hpp"
#include "parallel/shard.hpp"
#include "support/test.hpp"
#include "unit/gan/tiny_config.hpp"

namespace {

using namespace inr;

constexpr int64_t kBatch = 12;  // three groups of the minibatch standard deviation

struct Inputs {
  at::Tensor reals, z_d, z_g;
};

model::Config config_of_batch(int64_t batch) {
  model::Config config = test::tiny_config();
  config.training.batch = batch;
  return config;
}

Inputs inputs(const model::Config& config) {
  const int64_t r = config.model.resolution;
  const auto latents = [&](uint64_t first) {
    return gan::latents(3, first, kBatch, config.model.z_dim).to(at::kDouble);
  };
  return {gan::latents(5, 0, kBatch, 3 * r * r).to(at::kDouble).reshape({kBatch, 3, r, r}).tanh(), latents(0),
          latents(100)};
}

/// In float64, where the order of summation shows at 1e-12 and a wrong group at 1e-3.
gan::TrainState double_state(const model::Config& config) {
  gan::TrainState state = gan::initial_state(config);
  for (field::TensorMap* map :
       {&state.g, &state.ema, &state.d, &state.adam_g.m, &state.adam_g.v, &state.adam_d.m, &state.adam_d.v}) {
    for (auto& [name, tensor] : *map) tensor = tensor.to(at::kDouble);
  }
  return state;
}

double largest_difference(const field::TensorMap& a, const field::TensorMap& b) {
  BOOST_REQUIRE_EQUAL(a.size(), b.size());
  double largest = 0;
  for (const auto& [name, tensor] : a) largest = std::max(largest, (tensor - b.at(name)).abs().max().item<double>());
  return largest;
}

/// Threads of the library would spend their time waiting for each other on models this small.
const struct OneThread {
  OneThread() { at::set_num_threads(1); }
} one_thread;

BOOST_AUTO_TEST_CASE(a_batch_in_parts_has_the_gradients_of_the_whole) {
  const model::Config config = config_of_batch(kBatch);
  const Inputs in = inputs(config);
  gan::TrainState whole = double_state(config);
  const gan::StepReport want = gan::TrainStep(config).run(whole, in.reals, in.z_d, in.z_g);
  for (const int64_t at_once : {1, 3, 4, 5, 8, 12, 50}) {
    gan::TrainState parts = double_state(config);
    const gan::TrainStep step(config, {.micro_batch = at_once});
    const gan::StepReport got = step.run(parts, in.reals, in.z_d, in.z_g);
    BOOST_TEST_CONTEXT("micro-batch " << at_once) {
      // Adam's first step divides a gradient by its own size: differences of rounding are magnified where it is tiny.
      BOOST_CHECK_LT(largest_difference(whole.adam_d.m, parts.adam_d.m), 1e-11);
      BOOST_CHECK_LT(largest_difference(whole.adam_g.m, parts.adam_g.m), 1e-9);
      BOOST_CHECK_SMALL(got.loss_d - want.loss_d, 1e-11);
      BOOST_CHECK_SMALL(got.loss_g - want.loss_g, 1e-9);
      BOOST_CHECK_SMALL(got.r1 - want.r1, 1e-12);
      BOOST_CHECK_SMALL(got.logits_real - want.logits_real, 1e-11);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_mean_over_shards_is_the_gradient_of_the_batch) {
  const model::Config config = config_of_batch(kBatch);
  const Inputs in = inputs(config);
  gan::TrainState whole = double_state(config);
  gan::TrainStep(config).run(whole, in.reals, in.z_d, in.z_g);
  field::TensorMap sum;
  constexpr int kRanks = 3;
  for (int rank = 0; rank < kRanks; ++rank) {
    const std::vector<int64_t> images = parallel::images_of_rank(kBatch, rank, kRanks);
    const at::Tensor index = at::tensor(at::ArrayRef<int64_t>(images), at::kLong);
    gan::TrainState state = double_state(config);
    gan::TrainStep(config).run(state, in.reals.index_select(0, index), in.z_d.index_select(0, index),
                               in.z_g.index_select(0, index));
    for (const auto& [name, gradient] : state.adam_d.m) {  // beta1 = 0: the first moment is the gradient
      sum[name] = sum.contains(name) ? sum[name] + gradient / kRanks : gradient / kRanks;
    }
  }
  BOOST_CHECK_LT(largest_difference(whole.adam_d.m, sum), 1e-11);
}

void check_nothing_changes(const model::Config& config, bool in_g) {
  const Inputs in = inputs(config);
  gan::TrainState state = double_state(config);
  gan::TrainState before = double_state(config);
  for (gan::TrainState* one : {&state, &before}) gan::TrainStep(config).run(*one, in.reals, in.z_d, in.z_g);
  Inputs bad = inputs(config);
  (in_g ? bad.z_g : bad.reals).select(0, 1).fill_(std::numeric_limits<double>::quiet_NaN());
  const gan::StepReport report = gan::TrainStep(config).run(state, bad.reals, bad.z_d, bad.z_g);
  BOOST_CHECK_EQUAL(report.fault, in_g ? "the loss of G" : "the loss of D");
  BOOST_CHECK_EQUAL(state.iteration, 1);
  BOOST_CHECK_EQUAL(state.images, kBatch);
  BOOST_CHECK_EQUAL(state.adam_d.steps, 1);
  BOOST_CHECK_EQUAL(largest_difference(state.d, before.d), 0);
  BOOST_CHECK_EQUAL(largest_difference(state.adam_d.m, before.adam_d.m), 0);
  BOOST_CHECK_EQUAL(largest_difference(state.adam_d.v, before.adam_d.v), 0);
  BOOST_CHECK_EQUAL(largest_difference(state.g, before.g), 0);
  BOOST_CHECK_EQUAL(largest_difference(state.ema, before.ema), 0);
}

BOOST_AUTO_TEST_CASE(a_value_that_is_not_finite_leaves_the_state_as_it_was) {
  for (const double beta1 : {0.0, 0.5}) {
    model::Config config = config_of_batch(kBatch);
    config.training.beta1 = beta1;
    for (const bool in_g : {false, true}) {
      BOOST_TEST_CONTEXT("beta1 " << beta1 << ", in G: " << in_g) { check_nothing_changes(config, in_g); }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_process_without_the_average_trains_the_same_weights) {
  const model::Config config = config_of_batch(kBatch);
  const Inputs in = inputs(config);
  gan::TrainState with = double_state(config);
  gan::TrainState without = double_state(config);
  without.ema.clear();
  for (gan::TrainState* state : {&with, &without}) gan::TrainStep(config).run(*state, in.reals, in.z_d, in.z_g);
  BOOST_CHECK_EQUAL(largest_difference(with.g, without.g), 0);
  BOOST_CHECK(without.ema.empty());
}

BOOST_AUTO_TEST_CASE(skipping_leaves_out_the_faulty_half_alone) {
  const model::Config config = config_of_batch(kBatch);
  Inputs in = inputs(config);
  in.z_g.select(0, 0).fill_(std::numeric_limits<double>::infinity());
  gan::TrainState state = double_state(config);
  const gan::TrainState before = double_state(config);
  const gan::StepReport report = gan::TrainStep(config, {.skip_non_finite = true}).run(state, in.reals, in.z_d, in.z_g);
  BOOST_CHECK(!report.fault.empty());
  BOOST_CHECK_EQUAL(state.iteration, 1);
  BOOST_CHECK_EQUAL(state.adam_d.steps, 1);
  BOOST_CHECK_EQUAL(state.adam_g.steps, 0);
  BOOST_CHECK_GT(largest_difference(state.d, before.d), 0);
  BOOST_CHECK_EQUAL(largest_difference(state.g, before.g), 0);
}

BOOST_AUTO_TEST_CASE(every_phase_of_an_iteration_is_timed) {
  const model::Config config = config_of_batch(kBatch);
  const Inputs in = inputs(config);
  gan::TrainState state = double_state(config);
  const gan::StepReport report = gan::TrainStep(config).run(state, in.reals, in.z_d, in.z_g);
  for (const double seconds : {report.seconds.g_forward, report.seconds.d_forward, report.seconds.r1,
                               report.seconds.backward, report.seconds.optimiser})
    BOOST_CHECK_GT(seconds, 0);
  BOOST_CHECK_EQUAL(report.seconds.allreduce, 0);
}

}  // namespace
