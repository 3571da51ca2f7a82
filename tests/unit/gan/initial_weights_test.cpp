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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
