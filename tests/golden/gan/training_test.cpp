// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Every training golden: three whole iterations of the research trainer; losses, gradient norms, fakes, and the state
// after 1 and 3.
#include "gan/train_step.hpp"
#include "golden/gan/golden_files.hpp"

namespace {

using namespace inr;

gan::TrainState start_state(const test::Golden& golden) {
  gan::TrainState state;
  state.g = test::read_set(golden.checkpoint, "g.");
  state.ema = test::read_set(golden.checkpoint, "ema.");
  state.d = test::read_set(golden.checkpoint, "d.");
  state.adam_g = gan::make_adam_state(state.g);
  state.adam_d = gan::make_adam_state(state.d);
  return state;
}

void check_state(const std::string& file, const gan::TrainState& state, const base::Safetensors& want,
                 const model::TrainingConfig& training) {
  const auto check_set = [&](const field::TensorMap& set, const std::string& prefix, const auto& tolerance) {
    for (const auto& [name, tensor] : set)
      test::check_tensor(file, prefix + name, tensor, test::read_tensor(want, prefix + name), tolerance(name));
  };
  const auto of_g = [&](const std::string& name) {
    return test::Tolerance{2e-6 + 1e-3 * (name.starts_with("inr.") ? training.lr_shared : training.lr_hypernet)};
  };
  check_set(state.g, "g.", of_g);
  check_set(state.ema, "ema.", of_g);
  check_set(state.d, "d.", [&](const std::string&) { return test::Tolerance{2e-6 + 1e-3 * training.lr_d}; });
  const auto check_moments = [&](const gan::AdamState& adam, const std::string& prefix) {
    for (const auto& [name, tensor] : adam.m) {
      const std::string stem = "adam." + prefix + name;
      test::check_tensor(file, stem + ".m", tensor, test::read_tensor(want, stem + ".m"),
                         {.atol = 1e-30, .of_largest = 5e-5});
      test::check_tensor(file, stem + ".v", adam.v.at(name), test::read_tensor(want, stem + ".v"),
                         {.atol = 1e-30, .of_largest = 5e-5});
    }
  };
  check_moments(state.adam_g, "g.");
  check_moments(state.adam_d, "d.");
}

void check_report(const test::Golden& golden, const std::string& step, const gan::StepReport& report) {
  const auto check = [&](const std::string& name, double value, double atol) {
    test::check_tensor(golden.name, step + name, at::scalar_tensor(value, at::kDouble),
                       test::read_tensor(golden.expected, step + name).reshape({}), {atol, 1e-5});
  };
  check("loss_d_real", report.loss_d_real, 1e-6);
  check("loss_d_fake", report.loss_d_fake, 1e-6);
  check("loss_d", report.loss_d, 1e-6);
  check("loss_g", report.loss_g, 1e-6);
  check("r1", report.r1, 1e-6);
  check("logits_real_mean", report.logits_real, 1e-5);
  check("logits_fake_mean", report.logits_fake, 1e-5);
  check("grad_norm_d", report.grad_norm_d, 1e-6);
  check("grad_norm_hypernet", report.grad_norm_hypernet, 1e-6);
  check("grad_norm_shared", report.grad_norm_shared, 1e-6);
}

BOOST_AUTO_TEST_CASE(training_agrees_with_the_research_code) {
  int n_checked = 0;
  for (const test::Golden& golden : test::find_goldens(".expected.safetensors")) {
    if (!test::has_tensor(golden.expected, "step")) continue;
    const gan::TrainStep step(golden.config);
    gan::TrainState state = start_state(golden);
    for (int i = 0; i == 0 || test::has_tensor(golden.expected, "step" + std::to_string(i) + "."); ++i) {
      const std::string prefix = "step" + std::to_string(i) + ".";
      const auto read = [&](const std::string& name) { return test::read_tensor(golden.expected, prefix + name); };
      check_report(golden, prefix, step.run(state, read("reals"), read("z_d"), read("z_g")));
      const std::string path =
          test::golden_dir() + "/model/" + golden.name + ".iter" + std::to_string(i + 1) + ".safetensors";
      if (std::filesystem::exists(path)) {
        check_state(golden.name + ".iter" + std::to_string(i + 1), state, base::Safetensors::open(path),
                    golden.config.training);
      }
    }
    ++n_checked;
  }
  test::require_some(n_checked, "training");
}

}  // namespace
