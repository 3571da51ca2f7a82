// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Two implementations that share no line: the reference back end of drawing (plain loops in double) and decode() in
// float64 point by point (LibTorch). Decoders, modulations, joins, frequencies, upsampling, windows, sizes.
#include <algorithm>
#include <string>
#include <vector>

#include "field/decoder.hpp"
#include "support/reference_values.hpp"
#include "support/small_tensors.hpp"
#include "support/test.hpp"

using namespace inr;

namespace {

struct Named {
  std::string name;
  model::ModelConfig config;
};

std::vector<Named> models() {
  std::vector<Named> out;
  const auto add = [&](const std::string& name, model::ModelConfig config, const auto& change) {
    change(config);
    out.push_back({name, std::move(config)});
  };
  for (const auto modulation : {model::Modulation::kFmm, model::Modulation::kSe, model::Modulation::kAdain,
                                model::Modulation::kFull, model::Modulation::kLowrank}) {
    for (const auto join : {model::Join::kConcat, model::Join::kSplit}) {
      add(std::string(to_string(modulation)) + " " + std::string(to_string(join)), test::small_model(join),
          [&](model::ModelConfig& c) {
            c.modulation = modulation;
            if (modulation == model::Modulation::kSe) c.rank = 1;
          });
    }
  }
  for (const auto join : {model::Join::kConcat, model::Join::kSplit}) {
    add("no skipped coordinates", test::small_model(join), [](model::ModelConfig& c) { c.skip_coords = false; });
    add("fixed frequencies", test::small_model(join), [](model::ModelConfig& c) {
      c.blocks[0].fixed_frequencies = 8;
      c.blocks[1].fixed_frequencies = 20;
      c.blocks[0].frequencies = 0;
    });
    add("one to-RGB", test::small_model(join, 0), [](model::ModelConfig& c) { c.blocks[0].rgb = false; });
  }
  add("three blocks", test::small_model(model::Join::kConcat, 0), [](model::ModelConfig& c) {
    c.resolution = 20;
    c.blocks = {{6, 9, 4, 1, true, 0}, {10, 7, 3, 2, false, 0}, {20, 6, 2, 2, true, 0}};
  });
  for (const model::DecoderRow& row : model::decoder_rows()) {
    out.push_back({std::string(row.name), test::small_decoder(row.decoder)});
  }
  for (const auto upsampling : {model::Upsampling::kNearest, model::Upsampling::kBilinear}) {
    for (const bool instance_norm : {false, true}) {
      add("released " + std::string(to_string(upsampling)) + (instance_norm ? " norm" : ""),
          test::small_released(upsampling, instance_norm), [](model::ModelConfig& c) { c.blocks[2].cosine = false; });
    }
  }
  return out;
}

std::vector<double> decoded(const render::InrModel& inr_model, const std::vector<float>& theta,
                            const model::GridPlan& plan) {
  const at::Tensor image =
      field::decode(inr_model.config, inr_model.layout, test::tensors_of(inr_model, at::kDouble),
                    test::tensor_of(theta, at::kDouble), plan, {.kernel = field::Kernel::kReference});
  const at::Tensor rows = image[0].permute({1, 2, 0}).contiguous();
  return {rows.const_data_ptr<double>(), rows.const_data_ptr<double>() + rows.numel()};
}

}  // namespace

BOOST_AUTO_TEST_CASE(reference_equals_whole_images_in_float64) {
  const std::vector<model::GridRequest> requests = {{{}, 16, 16},
                                                    {{}, 67, 41},
                                                    {{}, 5, 9},
                                                    {{}, 48, 48, model::Cells::kDensity, 0},
                                                    {{0.1, 0.25, 0.73, 0.6}, 50, 33},
                                                    {{-0.3, -0.2, 1.3, 1.1}, 0, 0},
                                                    {{-0.3, -0.2, 1.3, 1.1}, 40, 40, model::Cells::kTraining},
                                                    {{0.4, 0.41, 0.45, 0.5}, 19, 17}};
  double spread = 0, worst_of_all = 0;
  for (const Named& named : models()) {
    model::validate(named.config, named.name);
    const auto inr_model = test::make_small_model(named.config);
    const std::vector<float> theta = test::random_theta(named.config, 3);
    for (size_t i = 0; i < requests.size(); ++i) {
      model::GridRequest request = requests[i];
      const bool interpolated =
          model::row_of(named.config.decoder).style && named.config.upsampling == model::Upsampling::kBilinear;
      // Of blocks that meet by interpolation only the last one can be made denser.
      if (interpolated && request.upsample_from == 0) request.upsample_from = std::ssize(named.config.blocks) - 1;
      const model::GridPlan plan = plan_grid(named.config, request);
      const std::vector<double> want = decoded(*inr_model, theta, plan);
      const std::vector<double> got = test::reference_values(*inr_model, theta, plan);
      const double worst = test::worst_ratio(std::span<const double>(got), std::span<const double>(want), 1.0, 0.0);
      BOOST_TEST(worst <= 1e-12, named.name << ", request " << i << ": " << worst);
      worst_of_all = std::max(worst_of_all, worst);
      const auto [low, high] = std::ranges::minmax(want);
      spread = std::max(spread, high - low);
    }
  }
  BOOST_TEST_MESSAGE("worst difference between two implementations in double: " << worst_of_all);
  BOOST_TEST(spread > 0.5);  // the functions are not constant
}
