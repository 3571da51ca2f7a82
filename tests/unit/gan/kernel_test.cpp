// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A whole training step by the fast kernel against one by the reference kernel: losses and every gradient. With beta1 =
// 0 the first moments are the gradients.
#include "gan/hypernetwork.hpp"
#include "gan/train_step.hpp"
#include "support/test.hpp"

using namespace inr;

namespace {

/// Large enough that the fast kernel is taken of its own accord, in both blocks.
model::Config medium_config() {
  model::Config config;
  config.model.resolution = 64;
  config.model.z_dim = 8;
  config.model.hidden = 16;
  config.model.join = model::Join::kSplit;
  config.model.blocks = {{32, 24, 64, 2, true, 0}, {64, 16, 64, 2, true, 0}};
  config.discriminator = {.channel_base = 256, .channel_max = 16};
  config.training.batch = 4;
  config.training.lr_d = 1e-9;  // G sees the same D in both
  return config;
}

struct Result {
  gan::TrainState state;
  gan::StepReport report;
};

Result one_step(field::Kernel kernel) {
  const model::Config config = medium_config();
  Result out{gan::initial_state(config), {}};
  gan::StepOptions options;
  options.kernel = kernel;
  const gan::TrainStep step(config, options);
  at::manual_seed(4);
  const at::Tensor reals = at::rand({4, 3, 64, 64}) * 2 - 1;
  out.report = step.run(out.state, reals, gan::latents(1, 0, 4, 8), gan::latents(1, 4, 4, 8));
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_training_step_is_the_same_by_both_kernels) {
  const Result want = one_step(field::Kernel::kReference);
  const Result got = one_step(field::Kernel::kFast);
  const auto close = [](double a, double b) { return std::abs(a - b) <= 1e-5 * std::abs(b); };
  BOOST_TEST(close(got.report.loss_d, want.report.loss_d));
  BOOST_TEST(close(got.report.loss_g, want.report.loss_g));
  BOOST_TEST(close(got.report.grad_norm_hypernet, want.report.grad_norm_hypernet));
  BOOST_TEST(close(got.report.grad_norm_shared, want.report.grad_norm_shared));
  bool same_bits = true;
  const auto check = [&](const field::TensorMap& a, const field::TensorMap& b) {
    for (const auto& [name, gradient] : b) {
      const double largest = gradient.abs().max().item<double>();
      const double error = (a.at(name) - gradient).abs().max().item<double>();
      BOOST_TEST_CONTEXT(name) {
        BOOST_TEST(largest > 0);
        BOOST_TEST(error <= 5e-5 * largest);  // the goldens' tolerance of gradients
      }
      same_bits = same_bits && a.at(name).equal(gradient);
    }
  };
  check(got.state.adam_g.m, want.state.adam_g.m);
  check(got.state.adam_d.m, want.state.adam_d.m);
  BOOST_TEST(!same_bits);  // it was the other kernel
}
