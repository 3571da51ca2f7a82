// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Fresh weights: the same bits for a seed as ever (checkpoints made again from a recipe depend on them), and the
// distributions of model.md, sections 1 to 3.
#include <array>
#include <cmath>
#include <cstdio>

#include "base/crc32c.hpp"
#include "gan/hypernetwork.hpp"
#include "model/presets.hpp"
#include "support/test.hpp"
#include "unit/gan/tiny_config.hpp"

namespace {

using namespace inr;

// One number of all names and all bits.
std::string fingerprint(const model::ModelConfig& config, uint64_t seed) {
  uint32_t sum = 0;
  for (const auto& [name, tensor] : gan::initial_generator(config, seed)) {
    sum = base::crc32c(std::as_bytes(std::span(name)), sum);
    const std::span<const float> values(tensor.const_data_ptr<float>(), static_cast<size_t>(tensor.numel()));
    sum = base::crc32c(std::as_bytes(values), sum);
  }
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%08x", sum);
  return text.data();
}

model::ModelConfig blocks_with(model::Join join, model::Modulation modulation) {
  model::ModelConfig config = test::tiny_config().model;
  config.join = join;
  config.modulation = modulation;
  if (modulation == model::Modulation::kSe) config.rank = 1;
  return config;
}

model::ModelConfig one_block(model::Decoder decoder) {
  model::ModelConfig config = test::tiny_config().model;
  config.decoder = decoder;
  config.upsample_from = 0;
  config.blocks = {{8, 6, decoder == model::Decoder::kHyper ? 0 : 4, 3, true, 0}};
  config.skip_coords = decoder != model::Decoder::kHyper;
  if (decoder == model::Decoder::kFourier) config.modulation = model::Modulation::kFull;
  return config;
}

BOOST_AUTO_TEST_SUITE(initial_weights)

BOOST_AUTO_TEST_CASE(a_seed_gives_the_same_bits_as_ever) {
  using model::Decoder, model::Join, model::Modulation;
  const auto expect = [](const model::ModelConfig& config, uint64_t seed, const char* want) {
    model::validate(config, "a test");
    BOOST_TEST(fingerprint(config, seed) == want);
  };
  expect(model::find_preset("tiny32").config.model, 0, "a0cedc0f");
  expect(model::find_preset("tiny32").config.model, 1, "de1c808f");
  expect(model::find_preset("tiny64").config.model, 0, "c0cce0cb");
  expect(blocks_with(Join::kConcat, Modulation::kFmm), 0, "40174548");
  expect(blocks_with(Join::kSplit, Modulation::kFmm), 0, "1cd6ffaf");
  expect(blocks_with(Join::kSplit, Modulation::kSe), 0, "a6d972df");
  expect(blocks_with(Join::kSplit, Modulation::kAdain), 0, "ae280890");
  expect(blocks_with(Join::kConcat, Modulation::kFull), 0, "b3e3b0d2");
  expect(blocks_with(Join::kConcat, Modulation::kLowrank), 0, "bccd5423");
  expect(one_block(Decoder::kFmm), 3, "bc344581");
  expect(one_block(Decoder::kFourier), 3, "6e7d4368");
  expect(one_block(Decoder::kHyper), 3, "9c0892cd");
}

// A tensor of normals: mean 0 and the deviation that is expected, within five standard errors of each.
void expect_normal(const at::Tensor& tensor, double deviation) {
  const auto n = static_cast<double>(tensor.numel());
  const at::Tensor values = tensor.to(at::kDouble);
  BOOST_TEST(std::abs(values.mean().item<double>()) <= 5 * deviation / std::sqrt(n));
  BOOST_TEST(std::abs(values.square().mean().sqrt().item<double>() / deviation - 1) <= 5 / std::sqrt(2 * n));
}

BOOST_AUTO_TEST_CASE(latent_is_drawn_as_the_model_says) {
  model::ModelConfig config = test::tiny_config().model;
  config.decoder = model::Decoder::kLatent;
  config.skip_coords = false;
  config.upsample_from = 0;
  config.w_dim = 96;
  config.blocks = {{8, 128, 0, 3, true, 0}};
  model::validate(config, "a test");
  const field::TensorMap g = gan::initial_generator(config, 1);
  BOOST_TEST((g.at("hypernet.out.weight").sizes() == at::IntArrayRef{96, 10}));
  expect_normal(g.at("inr.0.0.shared"), std::sqrt(2.0 / (2 + 96)));
  expect_normal(g.at("inr.0.0.latent"), std::sqrt(2.0 / (2 + 96)));
  for (const std::string name : {"inr.0.1", "inr.0.2"}) {
    expect_normal(g.at(name + ".shared"), std::sqrt(2.0 / (128 + 96)));
    expect_normal(g.at(name + ".latent"), std::sqrt(2.0 / (128 + 96)));
    expect_normal(g.at(name + ".shared_bias"), 1);
  }
  expect_normal(g.at("inr.0.rgb.shared"), std::sqrt(2.0 / 128));
  BOOST_TEST((g.at("inr.0.rgb.bias").sizes() == at::IntArrayRef{3}));
  BOOST_TEST(g.size() == 2U * 2 + 1 + 2 + 3 * 3 + 2);
}

BOOST_AUTO_TEST_CASE(blocks_are_drawn_as_the_model_says) {
  model::ModelConfig config = test::tiny_config().model;
  config.join = model::Join::kSplit;
  config.hidden = 100;
  config.blocks = {{4, 80, 30, 2, true, 0}, {8, 60, 20, 2, true, 0}};
  const field::TensorMap fmm = gan::initial_generator(config, 1);
  expect_normal(fmm.at("inr.0.0.shared"), std::sqrt(2.0 / 60));
  expect_normal(fmm.at("inr.0.1.shared"), std::sqrt(2.0 / (80 + 60)));
  expect_normal(fmm.at("inr.1.low.shared"), std::sqrt(1.0 / 80));
  expect_normal(fmm.at("inr.1.high.shared"), std::sqrt(1.0 / 40));
  BOOST_TEST(fmm.at("hypernet.1.scale").item<float>() == 0.1F);
  // U(-b, b) with b = 1/sqrt(in): deviation b / sqrt 3, and nothing beyond b.
  const at::Tensor& weight = fmm.at("hypernet.1.weight");
  BOOST_TEST(weight.abs().max().item<double>() <= 0.1 + 1e-8);
  BOOST_TEST(std::abs(weight.square().mean().sqrt().item<double>() * 10 * std::sqrt(3.0) - 1) <= 0.02);
  BOOST_TEST(fmm.at("hypernet.out.bias").abs().max().item<double>() <= 0.01 + 1e-9);
  BOOST_TEST(fmm.at("hypernet.out.bias").abs().max().item<double>() >= 0.009);

  config.modulation = model::Modulation::kAdain;
  const field::TensorMap adain = gan::initial_generator(config, 1);
  expect_normal(adain.at("inr.0.1.shared"), 1);
  expect_normal(adain.at("inr.0.1.shared_bias"), 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
