// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The hypernetwork of sampling against that of training in float64, for what every preset's is like; h_mean of a
// checkpoint against what sampling computes.
#include "gan/hypernetwork.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

#include "gan/checkpoint.hpp"
#include "kernels/processor.hpp"
#include "model/decoders.hpp"
#include "model/presets.hpp"
#include "render/hypernetwork.hpp"
#include "sample/generator.hpp"
#include "support/test.hpp"
#include "unit/gan/tiny_config.hpp"

namespace {

using namespace inr;
using Rows = std::vector<std::vector<float>>;

constexpr int64_t kTheta = 130;  // outputs of the last layer that are compared: all are alike

model::Weights plain(const field::TensorMap& tensors) {
  model::Weights out;
  for (const auto& [name, tensor] : tensors) {
    const auto* values = tensor.const_data_ptr<float>();
    out[name].assign(values, values + tensor.numel());
  }
  return out;
}

field::TensorMap wide(const field::TensorMap& tensors) {
  field::TensorMap out;
  for (const auto& [name, tensor] : tensors) out[name] = tensor.to(at::kDouble);
  return out;
}

Rows rows_of(const at::Tensor& tensor) {
  Rows out;
  for (int64_t i = 0; i < tensor.size(0); ++i) {
    const auto* values = tensor.const_data_ptr<float>() + i * tensor.size(1);
    out.emplace_back(values, values + tensor.size(1));
  }
  return out;
}

double worst(const Rows& got, const at::Tensor& want, double atol, double rtol) {
  double out = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    const std::span<const double> row(want.const_data_ptr<double>() + static_cast<int64_t>(i) * want.size(1),
                                      static_cast<size_t>(want.size(1)));
    out = std::max(out, test::worst_ratio(std::span(got[i]), row, atol, rtol));
  }
  return out;
}

at::Tensor doubles(const Rows& rows) {
  at::Tensor out = at::empty({std::ssize(rows), std::ssize(rows.front())}, at::kDouble);
  for (size_t i = 0; i < rows.size(); ++i)
    std::ranges::copy(rows[i], out.mutable_data_ptr<double>() + static_cast<int64_t>(i) * out.size(1));
  return out;
}

field::TensorMap absolute(const field::TensorMap& tensors) {
  field::TensorMap out;
  for (const auto& [name, tensor] : tensors) out[name] = tensor.abs();
  return out;
}

BOOST_AUTO_TEST_CASE(sampling_agrees_with_training_for_every_preset) {
  std::set<std::tuple<bool, int64_t, int64_t, int64_t>> checked;
  for (const model::Preset& preset : model::presets()) {
    const model::ModelConfig& config = preset.config.model;
    const bool style = model::row_of(config.decoder).style;
    if (!checked.emplace(style, config.z_dim, config.hidden, config.depth).second) continue;
    std::vector<model::TensorSpec> specs;
    for (model::TensorSpec& spec : model::generator_tensors(config)) {
      if (!spec.name.starts_with("hypernet.")) continue;
      if (spec.name.starts_with("hypernet.out.")) spec.shape[0] = kTheta;
      specs.push_back(std::move(spec));
    }
    const field::TensorMap tensors = gan::draw_tensors(specs, 5);
    const model::Weights weights = plain(tensors);
    const at::Tensor z = gan::latents(3, 0, 18, config.z_dim);
    const field::TensorMap exact = wide(tensors);
    const at::Tensor h = gan::hidden(config, exact, z.to(at::kDouble));
    for (const kernels::Processor processor : kernels::usable_processors()) {
      const render::Hypernetwork g(config, weights, kernels::operations(processor));
      const Rows got = g.hidden(rows_of(z), render::in_this_thread);
      BOOST_TEST(worst(got, h, 2e-6, 5e-6) <= 1, preset.name << ": h");
      // Of the same h, so that its rounding is not counted again. A chain of float32 multiply-adds is off by no more
      // than some units of rounding of the sum of its summands' absolute values.
      const at::Tensor rounded = doubles(got);
      const at::Tensor want = gan::theta(exact, rounded);
      const at::Tensor summands = gan::theta(absolute(exact), rounded.abs());
      const at::Tensor error = (doubles(g.theta(got, render::in_this_thread)) - want).abs() / summands;
      BOOST_TEST(error.max().item<double>() <= 8 * std::numeric_limits<float>::epsilon() / 2, preset.name << ": theta");
    }
  }
  BOOST_TEST(checked.size() > 1U);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_holds_the_mean_that_sampling_would_compute) {
  const test::TemporaryFolder folder;
  const model::Config config = test::tiny_config();
  const gan::TrainState state = gan::initial_state(config);
  gan::save_checkpoint(folder / "c.safetensors", config, state, base::Json::object());
  const sample::LoadedGenerator generator = sample::load_generator(folder / "c.safetensors");
  BOOST_REQUIRE(generator.h_mean);
  BOOST_TEST((*generator.h_mean == sample::mean_hidden(generator, render::in_this_thread)));
}

}  // namespace
