// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The fast renderer and the reference one against the formula in float64: decoders, modulations, joins, fixed
// frequencies, sizes, windows, and learned frequencies up to 80 radians an image side (render.md, section 1).
#include <algorithm>
#include <atomic>
#include <cmath>
#include <vector>

#include "field/renderer.hpp"
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
  for (const auto decoder : {model::Decoder::kFourier, model::Decoder::kFmm, model::Decoder::kHyper}) {
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
  }
  return theta;
}

std::vector<double> in_float64(const field::InrModel& inr_model, const std::vector<float>& theta,
                               const model::GridPlan& plan) {
  field::TensorMap shared;
  for (const auto& [name, tensor] : inr_model.shared) shared[name] = tensor.to(at::kDouble);
  const at::Tensor row = at::tensor(at::ArrayRef<float>(theta)).unsqueeze(0).to(at::kDouble);
  const at::Tensor image =
      field::decode(inr_model.config, inr_model.layout, shared, row, plan, {.kernel = field::Kernel::kReference});
  const at::Tensor rows = image[0].permute({1, 2, 0}).contiguous();
  return {rows.const_data_ptr<double>(), rows.const_data_ptr<double>() + rows.numel()};
}

double error_of(field::Kernel kernel, const std::shared_ptr<const field::InrModel>& inr_model,
                const std::vector<float>& theta, const std::shared_ptr<const model::GridPlan>& plan,
                const std::vector<double>& want) {
  field::WorkerPool pool(2);
  field::ImageRenderer renderer(inr_model, theta, plan, {kernel});
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
    const std::vector<double> want = in_float64(*inr_model, theta, *plan);
    BOOST_TEST(error_of(field::Kernel::kFast, inr_model, theta, plan, want) < 1e-5);
  }
}

BOOST_AUTO_TEST_CASE(checking_sees_what_is_no_number) {
  const model::ModelConfig config = test::small_model();
  std::vector<float> theta = test::random_theta(config, 5);
  theta[static_cast<size_t>(model::theta_layout(config).blocks.back().rgb->offset)] = NAN;
  const auto plan = std::make_shared<const model::GridPlan>(plan_grid(config, {}));
  std::atomic<double> worst = -1;
  field::ImageRenderer renderer(test::make_small_model(config), theta, plan, {field::Kernel::kCheck, &worst});
  field::WorkerPool pool(1);
  std::vector<float> out(static_cast<size_t>(plan->width() * plan->height() * 3));
  renderer.rows(0, plan->height(), out, &pool);
  BOOST_TEST(std::isinf(worst.load()));
}

BOOST_AUTO_TEST_CASE(both_kernels_keep_to_the_formula) {
  const std::vector<model::GridRequest> requests = {{{}, 64, 64},
                                                    {{}, 160, 97},
                                                    {{}, 16, 24},
                                                    {{-0.3, -0.3, 1.3, 1.3}, 120, 120},
                                                    {{0.4, 0.41, 0.45, 0.5}, 90, 77},
                                                    {{-0.3, -0.3, 1.3, 1.3}, 0, 0}};
  double worst_fast = 0;
  double worst_reference = 0;
  for (const Named& named : models()) {
    const auto inr_model = test::make_small_model(named.config);
    for (const double longest : {4.0, 30.0, 80.0}) {
      const std::vector<float> theta = theta_of(named.config, longest);
      for (size_t i = 0; i < requests.size(); ++i) {
        const auto plan = std::make_shared<const model::GridPlan>(plan_grid(named.config, requests[i]));
        const std::vector<double> want = in_float64(*inr_model, theta, *plan);
        const double fast = error_of(field::Kernel::kFast, inr_model, theta, plan, want);
        const double reference = error_of(field::Kernel::kReference, inr_model, theta, plan, want);
        BOOST_TEST_CONTEXT(named.name << ", frequency " << longest << ", request " << i) {
          BOOST_TEST(fast < 1e-5);
          BOOST_TEST(reference < 2e-5);  // its phases are rounded to float32 before the sine
        }
        worst_fast = std::max(worst_fast, fast);
        worst_reference = std::max(worst_reference, reference);
      }
    }
  }
  BOOST_TEST_MESSAGE("worst difference from float64: fast " << worst_fast << ", reference " << worst_reference);
  BOOST_TEST(worst_fast > 0);
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

BOOST_AUTO_TEST_CASE(wide_released_models_keep_to_the_formula) {
  for (const auto upsampling : {model::Upsampling::kNearest, model::Upsampling::kBilinear}) {
    for (const bool instance_norm : {false, true}) {
      const model::ModelConfig config = wide_released(upsampling, instance_norm);
      const auto inr_model = test::make_small_model(config);
      const std::vector<float> theta = test::random_theta(config, 5);
      for (const model::GridRequest& request :
           {model::GridRequest{{}, 128, 128}, {{}, 200, 97}, {{-0.3, 0.2, 1.3, 0.9}, 70, 40}}) {
        const auto plan = std::make_shared<const model::GridPlan>(plan_grid(config, request));
        const std::vector<double> want = in_float64(*inr_model, theta, *plan);
        BOOST_TEST_CONTEXT(to_string(upsampling) << ", instance norm " << instance_norm << ", " << request.width) {
          BOOST_TEST(error_of(field::Kernel::kFast, inr_model, theta, plan, want) < 1e-5);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(means_far_from_zero_leave_deviations_alone) {
  const model::ModelConfig config = released(model::Upsampling::kBilinear, true);
  field::InrModel biased = *test::make_small_model(config);
  for (auto& [name, tensor] : biased.shared) {
    if (name.ends_with(".0.bias")) tensor = tensor + 100;
  }
  const auto inr_model = std::make_shared<const field::InrModel>(std::move(biased));
  const std::vector<float> theta = test::random_theta(config, 5);
  const auto plan = std::make_shared<const model::GridPlan>(plan_grid(config, {{}, 128, 128}));
  const std::vector<double> want = in_float64(*inr_model, theta, *plan);
  const auto [low, high] = std::ranges::minmax(want);
  const double size = std::max(std::abs(low), std::abs(high));
  BOOST_TEST(error_of(field::Kernel::kFast, inr_model, theta, plan, want) < 2e-5 * size);
}

BOOST_AUTO_TEST_CASE(a_basis_that_is_no_number_is_drawn_as_such) {
  const model::ModelConfig config = released(model::Upsampling::kNearest, false);
  field::InrModel broken = *test::make_small_model(config);
  for (auto& [name, tensor] : broken.shared) {
    if (!name.ends_with(".basis")) continue;
    tensor = tensor.clone();
    tensor[1][0] = NAN;
  }
  const auto inr_model = std::make_shared<const field::InrModel>(std::move(broken));
  const auto plan = std::make_shared<const model::GridPlan>(plan_grid(config, {{}, 128, 128}));
  field::ImageRenderer renderer(inr_model, test::random_theta(config, 5), plan, {field::Kernel::kFast});
  field::WorkerPool pool(1);
  std::vector<float> out(static_cast<size_t>(plan->width() * plan->height() * 3));
  renderer.rows(0, plan->height(), out, &pool);
  BOOST_TEST(std::ranges::all_of(out, [](float value) { return std::isnan(value); }));
}

BOOST_AUTO_TEST_CASE(released_models_keep_to_the_formula) {
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
      field::InrModel louder = *small;
      for (auto& [name, tensor] : louder.shared) {
        if (name.ends_with(".basis")) tensor = tensor * 20;  // N(0, 6^2): as long as those of the public models
      }
      const auto inr_model = std::make_shared<const field::InrModel>(std::move(louder));
      const std::vector<float> theta = test::random_theta(config, 5);
      for (size_t i = 0; i < requests.size(); ++i) {
        const auto plan = std::make_shared<const model::GridPlan>(plan_grid(config, requests[i]));
        const std::vector<double> want = in_float64(*inr_model, theta, *plan);
        const double error = error_of(field::Kernel::kFast, inr_model, theta, plan, want);
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
