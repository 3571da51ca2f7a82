// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The back end cpu against the reference: decoders, modulations, joins, ranks, fixed frequencies, sizes, windows, and
// learned frequencies up to 80 radians an image side (render.md, section 1). And the table itself.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "base/error.hpp"
#include "render/renderer.hpp"
#include "support/reference_values.hpp"
#include "support/small_models.hpp"
#include "support/test.hpp"

using namespace inr;

namespace {

struct Named {
  std::string name;
  model::ModelConfig config;
};

std::vector<Named> models() {
  std::vector<Named> out;
  model::ModelConfig config = test::small_model();
  config.resolution = 64;
  config.blocks = {{32, 24, 30, 2, true, 0}, {64, 16, 20, 2, true, 0}};
  const auto add = [&](const std::string& name, const auto& change) {
    Named named{name, config};
    change(named.config);
    out.push_back(named);
  };
  for (const auto modulation : {model::Modulation::kFmm, model::Modulation::kSe, model::Modulation::kAdain,
                                model::Modulation::kFull, model::Modulation::kLowrank}) {
    for (const auto join : {model::Join::kConcat, model::Join::kSplit}) {
      add(std::string(to_string(modulation)) + " " + std::string(to_string(join)), [&](model::ModelConfig& c) {
        c.modulation = modulation;
        c.join = join;
        if (modulation == model::Modulation::kSe) c.rank = 1;
      });
    }
  }
  add("fixed frequencies", [](model::ModelConfig& c) {
    c.blocks[0].fixed_frequencies = 12;
    c.blocks[1].fixed_frequencies = 28;
  });
  add("fixed frequencies alone", [](model::ModelConfig& c) {
    for (model::BlockConfig& block : c.blocks) block.frequencies = 0;
    c.blocks[0].fixed_frequencies = 24;
    c.blocks[1].fixed_frequencies = 14;
  });
  add("no skipped coordinates", [](model::ModelConfig& c) { c.skip_coords = false; });
  add("all blocks densely", [](model::ModelConfig& c) { c.upsample_from = 0; });
  add("rank 700", [](model::ModelConfig& c) { c.rank = 700; });  // more than a kernel reads at once
  add("rank 1100", [](model::ModelConfig& c) {
    c.rank = 1100;
    c.modulation = model::Modulation::kLowrank;
  });
  for (const auto decoder :
       {model::Decoder::kFourier, model::Decoder::kFmm, model::Decoder::kHyper, model::Decoder::kLatent}) {
    out.push_back({std::string(to_string(decoder)), test::small_decoder(decoder)});
  }
  return out;
}

/// theta of unit spread, with the largest learned frequency made `longest`.
std::vector<float> theta_of(const model::ModelConfig& config, double longest) {
  std::vector<float> theta = test::random_theta(config, 5);
  for (const model::BlockLayout& block : model::theta_layout(config).blocks) {
    double largest = 0;
    const auto rows = std::span(theta).subspan(static_cast<size_t>(block.frequencies_offset),
                                               static_cast<size_t>(2 * block.frequencies));
    for (size_t i = 0; i < rows.size(); i += 2) {
      largest = std::max(largest, std::hypot(static_cast<double>(rows[i]), static_cast<double>(rows[i + 1])));
    }
    for (float& value : rows) value *= static_cast<float>(longest / config.fourier_scale / largest);
    // Weights that are a bare product of factors grow with the square root of the rank, and layers that amplify so much
    // amplify rounding as well: factors of a higher rank are smaller, for weights as those of rank 3.
    for (const model::LayerLayout& layer : block.layers) {
      if (layer.kind != model::LayerKind::kLowrank || layer.rank <= 3) continue;
      for (float& value :
           std::span(theta).subspan(static_cast<size_t>(layer.offset), static_cast<size_t>(layer.out * layer.rank)))
        value *= static_cast<float>(std::sqrt(3.0 / static_cast<double>(layer.rank)));
    }
  }
  return theta;
}

double error_of(const std::shared_ptr<const render::InrModel>& inr_model, const std::vector<float>& theta,
                const std::shared_ptr<const model::GridPlan>& plan, const std::vector<double>& want) {
  base::WorkerPool pool(2);
  render::Renderer renderer(inr_model, theta, plan);
  std::vector<float> got(want.size());
  renderer.rows(0, plan->height(), got, &pool);
  double worst = 0;
  for (size_t i = 0; i < want.size(); ++i) {
    const double error = std::abs(static_cast<double>(got[i]) - want[i]);
    worst = std::max(worst, std::isnan(error) ? INFINITY : error);
  }
  return worst;
}

}  // namespace

BOOST_AUTO_TEST_CASE(pieces_across_join) {  // several pieces side by side: wide blocks, and wide pictures
  model::ModelConfig config = test::small_model();
  config.resolution = 200;
  config.blocks = {{100, 512, 12, 1, true, 0}, {200, 512, 12, 1, true, 0}};
  model::ModelConfig narrow = test::small_model(model::Join::kSplit);
  narrow.blocks[0].fixed_frequencies = 16;
  for (const auto& [of, request] :
       {std::pair{config, model::GridRequest{{}, 200, 30}}, std::pair{narrow, model::GridRequest{{}, 2100, 3}},
        std::pair{test::small_decoder(model::Decoder::kHyper), model::GridRequest{{}, 2100, 3}}}) {
    const auto inr_model = test::make_small_model(of);
    const std::vector<float> theta = theta_of(of, 20);
    const auto plan = std::make_shared<const model::GridPlan>(plan_grid(of, request));
    const std::vector<double> want = test::reference_values(*inr_model, theta, *plan);
    BOOST_TEST(error_of(inr_model, theta, plan, want) < 1e-5);
  }
}

BOOST_AUTO_TEST_CASE(checking_sees_what_is_no_number) {
  const model::ModelConfig config = test::small_model();
  std::vector<float> theta = test::random_theta(config, 5);
  theta[static_cast<size_t>(model::theta_layout(config).blocks.back().rgb->offset)] = NAN;
  const auto plan = std::make_shared<const model::GridPlan>(plan_grid(config, {}));
  std::atomic<double> worst = -1;
  render::Renderer renderer(test::make_small_model(config), theta, plan, {{render::kCpu, render::kReference}, &worst});
  base::WorkerPool pool(1);
  std::vector<float> out(static_cast<size_t>(plan->width() * plan->height() * 3));
  renderer.rows(0, plan->height(), out, &pool);
  BOOST_TEST(std::isinf(worst.load()));
}

BOOST_AUTO_TEST_CASE(cpu_keeps_to_the_reference) {
  const std::vector<model::GridRequest> requests = {{{}, 64, 64},
                                                    {{}, 160, 97},
                                                    {{}, 16, 24},
                                                    {{-0.3, -0.3, 1.3, 1.3}, 120, 120},
                                                    {{0.4, 0.41, 0.45, 0.5}, 90, 77},
                                                    {{-0.3, -0.3, 1.3, 1.3}, 0, 0}};
  double worst = 0;
  for (const Named& named : models()) {
    const auto inr_model = test::make_small_model(named.config);
    for (const double longest : {4.0, 30.0, 80.0}) {
      const std::vector<float> theta = theta_of(named.config, longest);
      for (size_t i = 0; i < requests.size(); ++i) {
        const auto plan = std::make_shared<const model::GridPlan>(plan_grid(named.config, requests[i]));
        const std::vector<double> want = test::reference_values(*inr_model, theta, *plan);
        const double error = error_of(inr_model, theta, plan, want);
        BOOST_TEST_CONTEXT(named.name << ", frequency " << longest << ", request " << i) { BOOST_TEST(error < 1e-5); }
        worst = std::max(worst, error);
      }
    }
  }
  BOOST_TEST_MESSAGE("worst difference from the reference: " << worst);
  BOOST_TEST(worst > 0);
}

/// released(), wide enough for seven products.
model::ModelConfig wide_released(model::Upsampling upsampling, bool instance_norm) {
  model::ModelConfig config = test::small_released(upsampling, instance_norm);
  config.resolution = 128;
  config.upsample_from = 1;
  config.blocks = {{64, 144, 0, 2, true, 24}, {128, 128, 0, 3, true, 14}};
  config.blocks[0].constants = 3;
  config.blocks[1].random_frequencies = 8;
  return config;
}

/// Two blocks of one grid, then finer ones with stored and random features; one without cosines. 128 x 128.
model::ModelConfig released(model::Upsampling upsampling, bool instance_norm) {
  model::ModelConfig config = test::small_released(upsampling, instance_norm);
  config.resolution = 128;
  config.upsample_from = 3;
  config.blocks = {
      {32, 9, 0, 1, true, 20}, {32, 12, 0, 2, true, 0}, {64, 10, 0, 2, true, 24}, {128, 11, 0, 3, true, 14}};
  config.blocks[0].constants = 4;
  config.blocks[2].constants = 3;
  config.blocks[2].cosine = false;
  config.blocks[3].constants = 2;
  config.blocks[3].random_frequencies = 32;
  return config;
}

BOOST_AUTO_TEST_CASE(wide_released_models_keep_to_the_reference) {
  for (const auto upsampling : {model::Upsampling::kNearest, model::Upsampling::kBilinear}) {
    for (const bool instance_norm : {false, true}) {
      const model::ModelConfig config = wide_released(upsampling, instance_norm);
      const auto inr_model = test::make_small_model(config);
      const std::vector<float> theta = test::random_theta(config, 5);
      for (const model::GridRequest& request :
           {model::GridRequest{{}, 128, 128}, {{}, 200, 97}, {{-0.3, 0.2, 1.3, 0.9}, 70, 40}}) {
        const auto plan = std::make_shared<const model::GridPlan>(plan_grid(config, request));
        const std::vector<double> want = test::reference_values(*inr_model, theta, *plan);
        BOOST_TEST_CONTEXT(to_string(upsampling) << ", instance norm " << instance_norm << ", " << request.width) {
          BOOST_TEST(error_of(inr_model, theta, plan, want) < 1e-5);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(means_far_from_zero_leave_deviations_alone) {
  const model::ModelConfig config = released(model::Upsampling::kBilinear, true);
  render::InrModel biased = *test::make_small_model(config);
  for (auto& [name, values] : biased.shared) {
    if (!name.ends_with(".0.bias")) continue;
    for (float& value : values) value += 100;
  }
  const auto inr_model = std::make_shared<const render::InrModel>(std::move(biased));
  const std::vector<float> theta = test::random_theta(config, 5);
  const auto plan = std::make_shared<const model::GridPlan>(plan_grid(config, {{}, 128, 128}));
  const std::vector<double> want = test::reference_values(*inr_model, theta, *plan);
  const auto [low, high] = std::ranges::minmax(want);
  const double size = std::max(std::abs(low), std::abs(high));
  BOOST_TEST(error_of(inr_model, theta, plan, want) < 2e-5 * size);
}

BOOST_AUTO_TEST_CASE(a_basis_that_is_no_number_is_drawn_as_such) {
  const model::ModelConfig config = released(model::Upsampling::kNearest, false);
  render::InrModel broken = *test::make_small_model(config);
  for (auto& [name, values] : broken.shared) {
    if (name.ends_with(".basis")) values[2] = NAN;
  }
  const auto inr_model = std::make_shared<const render::InrModel>(std::move(broken));
  const auto plan = std::make_shared<const model::GridPlan>(plan_grid(config, {{}, 128, 128}));
  render::Renderer renderer(inr_model, test::random_theta(config, 5), plan);
  base::WorkerPool pool(1);
  std::vector<float> out(static_cast<size_t>(plan->width() * plan->height() * 3));
  renderer.rows(0, plan->height(), out, &pool);
  BOOST_TEST(std::ranges::all_of(out, [](float value) { return std::isnan(value); }));
}

BOOST_AUTO_TEST_CASE(released_models_keep_to_the_reference) {
  const std::vector<model::GridRequest> requests = {{{}, 128, 128},
                                                    {{}, 200, 97},
                                                    {{}, 256, 256},
                                                    {{}, 48, 32},
                                                    {{}, 64, 64},
                                                    {{-0.3, -0.3, 1.3, 1.3}, 90, 120},
                                                    {{0.25, 0.5, 0.75, 0.625}, 64, 16},
                                                    {{0.4, 0.41, 0.45, 0.5}, 90, 77},
                                                    {{-0.3, -0.3, 1.3, 1.3}, 0, 0}};
  double worst = 0;
  for (const auto upsampling : {model::Upsampling::kNearest, model::Upsampling::kBilinear}) {
    for (const bool instance_norm : {false, true}) {
      const model::ModelConfig config = released(upsampling, instance_norm);
      const auto small = test::make_small_model(config);
      render::InrModel louder = *small;
      for (auto& [name, values] : louder.shared) {
        if (!name.ends_with(".basis")) continue;
        for (float& value : values) value *= 20;  // N(0, 6^2): as long as those of the public models
      }
      const auto inr_model = std::make_shared<const render::InrModel>(std::move(louder));
      const std::vector<float> theta = test::random_theta(config, 5);
      for (size_t i = 0; i < requests.size(); ++i) {
        const auto plan = std::make_shared<const model::GridPlan>(plan_grid(config, requests[i]));
        const std::vector<double> want = test::reference_values(*inr_model, theta, *plan);
        const double error = error_of(inr_model, theta, plan, want);
        BOOST_TEST_CONTEXT(to_string(upsampling) << ", instance norm " << instance_norm << ", request " << i) {
          BOOST_TEST(error < 1e-5);
        }
        worst = std::max(worst, error);
      }
    }
  }
  BOOST_TEST_MESSAGE("worst difference of released models from float64: " << worst);
  BOOST_TEST(worst > 0);
}

BOOST_AUTO_TEST_CASE(wide_latent_models_keep_to_the_reference) {
  model::ModelConfig config = test::small_decoder(model::Decoder::kLatent);
  config.resolution = 100;
  config.w_dim = 40;
  config.blocks = {{100, 130, 0, 4, true, 0}};
  const auto inr_model = test::make_small_model(config);
  const std::vector<float> theta = test::random_theta(config, 5);
  double spread = 0;
  for (const model::GridRequest& request :
       {model::GridRequest{{}, 100, 100}, {{}, 230, 97}, {{-0.3, 0.2, 1.3, 0.9}, 70, 40}}) {
    const auto plan = std::make_shared<const model::GridPlan>(plan_grid(config, request));
    const std::vector<double> want = test::reference_values(*inr_model, theta, *plan);
    BOOST_TEST(error_of(inr_model, theta, plan, want) < 1e-5);
    const auto [low, high] = std::ranges::minmax(want);
    spread = std::max(spread, high - low);
  }
  BOOST_TEST(spread > 0.1);
}

// Every row of the table draws every decoder, and tells its memory.
BOOST_AUTO_TEST_CASE(every_back_end_draws_every_decoder) {
  BOOST_TEST(&render::find_backend("cpu") == &render::backends().front());
  BOOST_CHECK_THROW(render::find_backend("cup"), base::UsageError);
  base::WorkerPool pool(2);
  for (const model::DecoderRow& row : model::decoder_rows()) {
    const model::ModelConfig config = test::small_decoder(row.decoder);
    const auto inr_model = test::make_small_model(config);
    const std::vector<float> theta = test::random_theta(config, 5);
    const auto plan = std::make_shared<const model::GridPlan>(plan_grid(config, {{}, 32, 24}));
    const std::vector<double> want = test::reference_values(*inr_model, theta, *plan);
    for (const render::Backend& backend : render::backends()) {
      BOOST_TEST_CONTEXT(row.name << " by " << backend.name) {
        BOOST_TEST(backend.can_draw(config));
        BOOST_TEST(backend.fixed_bytes(*inr_model, *plan, 1) > static_cast<int64_t>(theta.size() * sizeof(float)));
        BOOST_TEST(backend.band_bytes(*inr_model, *plan, 4) > backend.band_bytes(*inr_model, *plan, 1));
        render::Renderer renderer(inr_model, theta, plan, {{backend.name, {}}});
        std::vector<float> got(want.size());
        renderer.rows(0, plan->height(), got, &pool);
        BOOST_TEST(test::worst_ratio(std::span<const float>(got), std::span<const double>(want), 1e-5, 0) <= 1);
        BOOST_CHECK_THROW(renderer.rows(0, plan->height() + 1, got, &pool), std::logic_error);
      }
    }
    BOOST_CHECK_THROW(render::make_reference(*inr_model, std::span(theta).first(3), *plan), std::logic_error);
  }
  const model::ModelConfig config = test::small_model();
  const auto plan = std::make_shared<const model::GridPlan>(plan_grid(config, {}));
  const auto inr_model = test::make_small_model(config);
  BOOST_CHECK_THROW(render::Renderer(inr_model, test::random_theta(config, 1), plan, {{"cuda", {}}}), base::UsageError);
}
