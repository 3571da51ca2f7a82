// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The fast renderer against itself: instruction sets, the order of its pieces of work, bands. (Against the formula:
// backends_test.cpp.)
#include "render/fast_renderer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "base/philox.hpp"
#include "kernels/processor.hpp"
#include "support/test.hpp"

using namespace inr;

namespace {

model::ModelConfig small_config() {
  model::ModelConfig config;
  config.resolution = 64;
  config.rank = 3;
  config.join = model::Join::kSplit;
  config.upsample_from = 1;
  config.blocks = {{32, 20, 24, 2, true, 12}, {64, 12, 16, 2, true, 0}};
  return config;
}

/// Random weights of a configuration and one function.
struct Sample {
  model::ModelConfig config;
  model::ThetaLayout layout;
  model::Weights shared;
  std::vector<float> theta;

  explicit Sample(const model::ModelConfig& of) : config(of), layout(model::theta_layout(of)) {
    const auto specs = model::shared_tensors(of);
    for (const model::TensorSpec& spec : specs) {
      size_t n = 1;
      for (const int64_t side : spec.shape) n *= static_cast<size_t>(side);
      std::vector<float> values(n);
      base::CounterRng(1, shared.size()).fill_normal(values);
      for (float& value : values) value *= 0.3F;
      shared.emplace(spec.name, std::move(values));
    }
    theta.resize(static_cast<size_t>(layout.n_theta));
    base::CounterRng(2, 0).fill_normal(theta);
  }
};

const render::ForEach kForwards = [](int64_t n, const std::function<void(int64_t)>& work) {
  for (int64_t i = 0; i < n; ++i) work(i);
};
const render::ForEach kBackwards = [](int64_t n, const std::function<void(int64_t)>& work) {
  for (int64_t i = n - 1; i >= 0; --i) work(i);
};

std::vector<float> draw(const Sample& sample, const model::GridPlan& plan, kernels::Processor processor,
                        const render::ForEach& for_each, int64_t n_rows) {
  std::vector<float> out(static_cast<size_t>(plan.width() * plan.height() * 3));
  render::FastRenderer renderer(sample.config, sample.layout, sample.shared, sample.theta, plan,
                                kernels::operations(processor));
  for (int64_t y = 0; y < plan.height(); y += n_rows) {
    const int64_t n = std::min(n_rows, plan.height() - y);
    renderer.rows(
        y, n,
        std::span(out).subspan(static_cast<size_t>(y * plan.width() * 3), static_cast<size_t>(n * plan.width() * 3)),
        for_each);
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(pieces_and_bands_change_no_bit) {
  const Sample sample(small_config());
  for (const model::GridRequest& request :
       {model::GridRequest{{}, 64, 64}, {{}, 131, 70}, {{-0.3, 0.2, 1.3, 0.9}, 77, 50}, {{}, 9, 17}}) {
    const model::GridPlan plan = model::plan_grid(sample.config, request);
    const std::vector<float> want = draw(sample, plan, kernels::best_processor(), kForwards, plan.height());
    for (const int64_t n_rows : {int64_t{1}, int64_t{5}, plan.height()}) {
      BOOST_TEST((draw(sample, plan, kernels::best_processor(), kBackwards, n_rows) == want));
    }
    const auto [low, high] = std::ranges::minmax(want);
    BOOST_TEST(high - low > 0.1F);
  }
}

BOOST_AUTO_TEST_CASE(rows_from_the_top_and_not_after_an_error) {
  const Sample sample(small_config());
  const model::GridPlan plan = model::plan_grid(sample.config, {{}, 64, 64});
  const auto& operations = kernels::operations(kernels::best_processor());
  render::FastRenderer renderer(sample.config, sample.layout, sample.shared, sample.theta, plan, operations);
  std::vector<float> rows(64 * 3 * 4);
  renderer.rows(20, 4, rows, kForwards);
  renderer.rows(20, 4, rows, kForwards);
  BOOST_CHECK_THROW(renderer.rows(19, 4, rows, kForwards), std::logic_error);
  const render::ForEach failing = [](int64_t n, const std::function<void(int64_t)>& work) {
    if (n > 1) work(0);
    throw std::bad_alloc();
  };
  BOOST_CHECK_THROW(renderer.rows(40, 4, rows, failing), std::bad_alloc);
  BOOST_CHECK_THROW(renderer.rows(40, 4, rows, kForwards), std::logic_error);
}

BOOST_AUTO_TEST_CASE(memory_is_told_before) {
  const Sample sample(small_config());
  const auto bytes = [&](const model::Window& window, int64_t side, int n_threads) {
    const model::GridPlan plan = model::plan_grid(sample.config, {window, side, side});
    return render::FastRenderer::fixed_bytes(sample.config, sample.layout, plan, n_threads);
  };
  BOOST_TEST(bytes({}, 64, 1) > static_cast<int64_t>(sample.theta.size() * sizeof(float)));
  BOOST_TEST(bytes({}, 64, 8) > bytes({}, 64, 1));                    // what each works on
  BOOST_TEST(bytes({}, 4096, 1) > bytes({}, 64, 1) + 4096 * 4 * 20);  // tables of columns and rows
  BOOST_TEST(bytes({-1, -1, 2, 2}, 64, 1) > bytes({}, 64, 1));        // more nodes
}

BOOST_AUTO_TEST_CASE(instruction_sets_agree) {
  const Sample sample(small_config());
  const model::GridPlan plan = model::plan_grid(sample.config, {{}, 100, 64});
  const std::vector<float> want = draw(sample, plan, kernels::Processor::kPortable, kForwards, plan.height());
  std::vector<std::vector<float>> fused;
  for (const kernels::Processor processor : kernels::usable_processors()) {
    const std::vector<float> got = draw(sample, plan, processor, kForwards, plan.height());
    BOOST_TEST(test::worst_ratio(std::span(got), std::span(want), 5e-6, 0.0) <= 1);
    if (processor != kernels::Processor::kPortable) fused.push_back(got);
  }
  for (const std::vector<float>& picture : fused) BOOST_TEST((picture == fused.front()));
}

BOOST_AUTO_TEST_CASE(parameters_that_are_no_numbers_show) {
  Sample sample(small_config());
  const model::GridPlan plan = model::plan_grid(sample.config, {{}, 32, 32});
  for (const float value : {NAN, INFINITY, 1e30F}) {
    std::ranges::fill(sample.theta, value);
    const std::vector<float> got = draw(sample, plan, kernels::best_processor(), kForwards, 7);
    BOOST_TEST(std::ranges::all_of(got, [](float v) { return std::isnan(v) || std::abs(v) <= 1; }));
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_drawn_here) {
  const Sample sample(small_config());
  const model::GridPlan plan = model::plan_grid(sample.config, {{}, 32, 32});
  const auto& operations = kernels::operations(kernels::Processor::kPortable);
  const auto short_theta = std::span(sample.theta).first(3);
  BOOST_CHECK_THROW(render::FastRenderer(sample.config, sample.layout, sample.shared, short_theta, plan, operations),
                    std::logic_error);
  render::FastRenderer renderer(sample.config, sample.layout, sample.shared, sample.theta, plan, operations);
  std::vector<float> rows(32 * 3);
  BOOST_CHECK_THROW(renderer.rows(32, 1, rows, kForwards), std::logic_error);
  BOOST_CHECK_THROW(renderer.rows(0, 2, rows, kForwards), std::logic_error);
}

// All of latent's weights are shared: what it holds grows with them, though theta is but w.
BOOST_AUTO_TEST_CASE(memory_of_shared_layers_is_told) {
  model::ModelConfig config = small_config();
  config.decoder = model::Decoder::kLatent;
  config.w_dim = 4;
  config.upsample_from = 0;
  config.blocks = {{64, 100, 0, 3, true, 0}};
  const Sample sample(config);
  const model::GridPlan plan = model::plan_grid(config, {{}, 64, 64});
  const int64_t weights = (2 + 2 * 100) * 100 * static_cast<int64_t>(sizeof(float));
  BOOST_TEST(render::FastRenderer::fixed_bytes(config, sample.layout, plan, 1) > weights);
}
