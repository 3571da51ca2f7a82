// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// theta has no gaps, and small layouts are as worked out by hand.
#include "model/theta_layout.hpp"

#include <numbers>

#include "base/error.hpp"
#include "base/safetensors.hpp"
#include "model/presets.hpp"
#include "support/test.hpp"

namespace {

using namespace inr::model;

// Two blocks (8 wide, 4 frequencies, 2 layers) and (6 wide, 3 frequencies, 2 layers).
ModelConfig two_blocks(Join join, Modulation modulation, bool skip) {
  ModelConfig config;
  config.resolution = 16;
  config.hidden = 12;
  config.z_dim = 10;
  config.rank = 2;
  config.join = join;
  config.modulation = modulation;
  config.skip_coords = skip;
  config.blocks = {{8, 8, 4, 2, false, 0}, {16, 6, 3, 2, true, 0}};
  return config;
}

BOOST_AUTO_TEST_SUITE(layout)

BOOST_AUTO_TEST_CASE(theta_has_no_gaps) {
  for (const Preset& preset : presets()) {
    if (preset.config.model.decoder == Decoder::kLatent) continue;
    BOOST_TEST_CONTEXT(preset.name) {
      const ThetaLayout layout = theta_layout(preset.config.model);
      int64_t at = 0;
      const auto expect = [&at](int64_t offset, int64_t size) {
        BOOST_TEST(offset == at);
        BOOST_TEST(size > 0);
        at += size;
      };
      for (const BlockLayout& block : layout.blocks) {
        BOOST_TEST(block.frequencies_offset == at);
        at += 2 * block.frequencies;
        if (block.low) expect(block.low->offset, block.low->size);
        if (block.high) expect(block.high->offset, block.high->size);
        for (const LayerLayout& layer : block.layers) {
          expect(layer.offset, layer.size);
          BOOST_TEST(layer.x_columns + layer.e_columns == layer.in);
        }
        if (block.rgb) expect(block.rgb->offset, block.rgb->size);
      }
      BOOST_TEST(at == layout.n_theta);
    }
  }
}

BOOST_AUTO_TEST_CASE(concat_by_hand) {
  const ThetaLayout layout = theta_layout(two_blocks(Join::kConcat, Modulation::kFmm, true));
  const BlockLayout& first = layout.blocks[0];
  BOOST_TEST(!first.low.has_value());
  BOOST_TEST(first.layers[0].offset == 8);              // after B_0 [4, 2]
  BOOST_TEST(first.layers[0].size == 2 * (8 + 8) + 8);  // e_0 alone: 8 columns
  BOOST_TEST(first.layers[1].x_columns == 8);
  BOOST_TEST(first.layers[1].e_columns == 8);
  const BlockLayout& second = layout.blocks[1];
  BOOST_TEST(!second.high.has_value());
  BOOST_TEST(second.layers[0].name == "inr.1.0");
  BOOST_TEST(second.layers[0].x_columns == 8);  // x of the block before
  BOOST_TEST(second.layers[0].e_columns == 6);
  BOOST_TEST(second.layers[0].x_is_coarse);
  BOOST_TEST(!second.layers[1].x_is_coarse);
  BOOST_TEST(second.layers[1].x_columns == 6);
  BOOST_TEST(second.rgb->size == 3 * 6 + 3);
  BOOST_TEST(second.rgb->weight_scale == std::sqrt(2.0 / 6));  // one block has rgb
  // B_0; 8+8 -> 8 as [8, 2] [2, 8] [8]; [8, 2] [2, 16] [8]; B_1; 14 -> 6; 12 -> 6; rgb
  BOOST_TEST(layout.n_theta == 8 + 40 + 56 + 6 + (2 * 20 + 6) + (2 * 18 + 6) + 21);
}

BOOST_AUTO_TEST_CASE(split_by_hand) {
  const ThetaLayout layout = theta_layout(two_blocks(Join::kSplit, Modulation::kAdain, false));
  const BlockLayout& second = layout.blocks[1];
  BOOST_REQUIRE(second.low.has_value());
  BOOST_TEST((second.low->kind == LayerKind::kFmm));  // in every modulation
  BOOST_TEST(second.low->name == "inr.1.low");
  BOOST_TEST(second.low->x_is_coarse);
  BOOST_TEST(second.low->in == 8);
  BOOST_TEST(second.low->weight_scale == std::sqrt(1.0 / 8));
  BOOST_TEST(second.low->bias_scale == std::sqrt(1.0 / 8));
  BOOST_TEST(second.high->in == 6);
  BOOST_TEST(!second.high->x_is_coarse);
  BOOST_TEST((second.layers[0].kind == LayerKind::kAdain));
  BOOST_TEST(second.layers[0].in == 6);  // no coordinates
  BOOST_TEST(second.layers[0].size == 12);
  BOOST_TEST(second.layers[0].weight_scale == std::sqrt(2.0 / 6));
  BOOST_TEST(second.layers[0].bias_scale == 0.2 * std::sqrt(2.0 / 6));
}

BOOST_AUTO_TEST_CASE(kinds_differ_in_theta_and_in_what_is_shared) {
  const auto shared_of = [](Modulation modulation) {
    std::string names;
    for (const TensorSpec& spec : shared_tensors(two_blocks(Join::kConcat, modulation, true))) names += spec.name + " ";
    return names;
  };
  BOOST_TEST(shared_of(Modulation::kFmm) == "inr.0.0.shared inr.0.1.shared inr.1.0.shared inr.1.1.shared ");
  BOOST_TEST(shared_of(Modulation::kFull) == "");
  BOOST_TEST(shared_of(Modulation::kLowrank) == "");
  BOOST_TEST(shared_of(Modulation::kAdain) ==
             "inr.0.0.shared inr.0.0.shared_bias inr.0.1.shared inr.0.1.shared_bias inr.1.0.shared inr.1.0.shared_bias "
             "inr.1.1.shared inr.1.1.shared_bias ");
  const auto layer_size = [](Modulation modulation) {
    return theta_layout(two_blocks(Join::kConcat, modulation, true)).blocks[0].layers[1].size;
  };
  BOOST_TEST(layer_size(Modulation::kFull) == 8 * 16 + 8);
  BOOST_TEST(layer_size(Modulation::kLowrank) == layer_size(Modulation::kFmm));
}

BOOST_AUTO_TEST_CASE(hyper_takes_the_point_itself) {
  const ThetaLayout layout = theta_layout(find_preset("hyper128").config.model);
  const std::vector<LayerLayout>& layers = layout.blocks[0].layers;
  BOOST_TEST(layers.size() == 6U);
  BOOST_TEST(layers[0].offset == 0);
  BOOST_TEST(layers[0].e_columns == 2);
  BOOST_TEST(layers[1].in == 512);
  BOOST_TEST(layers[1].e_columns == 0);
  BOOST_TEST((layers[1].kind == LayerKind::kFull));
  BOOST_TEST(shared_tensors(find_preset("hyper128").config.model).empty());
}

BOOST_AUTO_TEST_CASE(latent_has_shared_tensors_only) {
  const ModelConfig& latent = find_preset("latent128").config.model;
  BOOST_TEST(theta_layout(latent).n_theta == 512);
  BOOST_TEST(theta_layout(latent).blocks.empty());
  const std::vector<TensorSpec> specs = generator_tensors(latent);
  BOOST_TEST(specs.size() == 8U + 2U + 8U * 3U + 2U);  // weights, biases and scales; out; layers; rgb
  BOOST_TEST((specs[8].shape == std::vector<int64_t>{512, 1024}));
}

// released.md, section 6.
BOOST_AUTO_TEST_CASE(released_by_hand) {
  ModelConfig config = two_blocks(Join::kConcat, Modulation::kFmm, false);
  config.decoder = Decoder::kReleased;
  config.blocks = {{8, 5, 0, 1, true, 12}, {16, 4, 0, 2, true, 8}};
  config.blocks[0].constants = 7;
  config.blocks[1].random_frequencies = 3;
  config.blocks[1].cosine = false;
  validate(config, "test");
  const ThetaLayout layout = theta_layout(config);
  const LayerLayout& first = layout.blocks[0].layers[0];
  BOOST_TEST((first.x_columns == 0 && first.e_columns == 2 * 12 + 7));
  BOOST_TEST(first.size == 2 * (31 + 5));
  BOOST_TEST(layout.blocks[0].rgb->offset == 72);
  const LayerLayout& second = layout.blocks[1].layers[0];
  BOOST_TEST((second.offset == 77 && second.x_columns == 5 && second.e_columns == 11 && second.x_is_coarse));
  BOOST_TEST(layout.blocks[1].layers[1].offset == 77 + 2 * (16 + 4));
  BOOST_TEST(layout.n_theta == 77 + 40 + 2 * (4 + 4) + 4);
  std::string names;
  for (const TensorSpec& spec : generator_tensors(config)) {
    if (!spec.name.starts_with("hypernet")) names += spec.name.substr(4) + inr::base::shape_text(spec.shape) + " ";
    BOOST_TEST(!spec.name.ends_with("scale"));
    if (spec.name == "inr.1.basis") {  // n = 4: along y, along x; the last three are drawn
      BOOST_TEST(spec.first.size() == 16U);
      BOOST_TEST((spec.first[0] == 0 && spec.first[1] == std::numbers::pi / 2 && spec.first[15] == 0));
      BOOST_TEST(spec.first[14] == 4 * std::numbers::pi);
    }
  }
  BOOST_TEST(names ==
             "0.0.shared[5, 31] 0.0.bias[5] 0.rgb.shared[3, 5] 0.rgb.bias[3] 0.basis[12, 2] 0.constants[7, 8, 8] "
             "1.0.shared[4, 16] 1.0.bias[4] 1.1.shared[4, 4] 1.1.bias[4] 1.rgb.shared[3, 4] 1.rgb.bias[3] "
             "1.basis[11, 2] ");
}

BOOST_AUTO_TEST_CASE(fixed_rows_are_axes_then_diagonals) {
  const double f = std::numbers::pi / 2;
  const std::vector<double> axes = fixed_frequency_rows({4, 8, 0, 1, true, 6});  // n = 3
  BOOST_TEST((axes == std::vector<double>{0, f, 0, 2 * f, 0, 4 * f, f, 0, 2 * f, 0, 4 * f, 0}));
  const std::vector<double> all = fixed_frequency_rows({4, 8, 0, 1, true, 12});
  BOOST_TEST(all.size() == 24U);
  BOOST_TEST(all[12] == -f / 2);
  BOOST_TEST(all[13] == f / 2);
  BOOST_TEST(all[22] == 2 * f);
  BOOST_TEST(all[23] == 2 * f);
}

BOOST_AUTO_TEST_CASE(discriminator_of_the_paper) {
  const std::vector<TensorSpec> specs = discriminator_tensors({}, 256);
  BOOST_TEST(specs.front().name == "rgb.weight");
  BOOST_TEST((specs.front().shape == std::vector<int64_t>{64, 3, 1, 1}));
  BOOST_TEST(specs[2].name == "256.conv0.weight");
  BOOST_TEST((specs[4].shape == std::vector<int64_t>{128, 64, 3, 3}));
  BOOST_TEST(specs.size() == 2U + 6U * 5U + 6U);
  BOOST_TEST((specs[32].shape == std::vector<int64_t>{512, 513, 3, 3}));
  BOOST_TEST(specs.back().name == "last.fc1.bias");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
