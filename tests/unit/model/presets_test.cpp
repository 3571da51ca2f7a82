// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The presets: valid, and as the tables say.
#include "model/presets.hpp"

#include <set>

#include "base/error.hpp"
#include "model/macs.hpp"
#include "support/test.hpp"

namespace {

using namespace inr::model;

BOOST_AUTO_TEST_SUITE(preset_list)

BOOST_AUTO_TEST_CASE(all_are_valid_and_named_once) {
  std::set<std::string> names;
  for (const Preset& preset : presets()) {
    validate(preset.config, preset.name);
    BOOST_TEST(names.insert(preset.name).second, preset.name);
    BOOST_TEST(!preset.summary.empty());
    BOOST_TEST(&find_preset(preset.name) == &preset);
  }
  for (const char* name :
       {"lsun128",           "lsun256",           "ffhq256",    "ffhq1024", "lsun128-released", "lsun256-released",
        "ffhq1024-released", "ffhq1024-appendix", "tiny32",     "tiny64",   "tiny32-latent",    "tiny32-hyper",
        "tiny32-fourier",    "tiny32-fmm",        "latent1024", "hyper256", "fourier128",       "fmm1024",
        "inr-gan",           "inr-gan-churches",  "inr-gan-bil"}) {
    BOOST_TEST(names.count(name) == 1U, name);
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_name_lists_the_nearest_first) {
  try {
    find_preset("tiny23");
    BOOST_ERROR("accepted");
  } catch (const inr::base::UsageError& error) {
    const std::string text = error.what();
    BOOST_TEST(text.find("'tiny23' is unknown; there are tiny") != std::string::npos, text);
    BOOST_TEST(text.find("ffhq1024-appendix") != std::string::npos, text);
  }
}

BOOST_AUTO_TEST_CASE(the_default_configuration_is_lsun256_but_for_its_extras) {
  Config config = find_preset("lsun256").config;
  config.model.depth = 3;
  for (BlockConfig& block : config.model.blocks) block.fixed_frequencies = 0;
  BOOST_TEST((config.model == ModelConfig{}));
}

BOOST_AUTO_TEST_CASE(batches_are_the_paper_s) {
  BOOST_TEST(find_preset("lsun128").config.training.batch == 128);
  BOOST_TEST(find_preset("ffhq256").config.training.batch == 64);
  BOOST_TEST(find_preset("ffhq1024").config.training.batch == 32);
}

BOOST_AUTO_TEST_CASE(tiny_presets_have_rates_of_their_own) {
  for (const char* name : {"tiny32", "tiny64"}) {
    const TrainingConfig& training = find_preset(name).config.training;
    BOOST_TEST(training.batch == 16);
    BOOST_TEST(training.lr_hypernet == 5e-4);
    BOOST_TEST(training.lr_shared == (std::string(name) == "tiny32" ? 2e-3 : 1e-3));
    BOOST_TEST(training.lr_d == 3e-3);
    BOOST_TEST(training.r1_every == 1);
    BOOST_TEST(training.ema_half_life == 2000.0);
    BOOST_TEST(training.ema_ramp == 0.1);
    BOOST_TEST(find_preset(name).config.model.upsample_from == 0);
  }
}

// The tiny presets of the five decoders differ in the decoder alone, and cost about the same.
BOOST_AUTO_TEST_CASE(tiny_presets_of_the_five_decoders_are_comparable) {
  const Config& tiny32 = find_preset("tiny32").config;
  const int64_t macs = count_cost(tiny32.model, MacCount::kFull).macs;
  for (const DecoderRow& row : decoder_rows()) {
    if (row.decoder == Decoder::kMultiscale || row.style) continue;
    const Config& config = find_preset("tiny32-" + std::string(row.name)).config;
    BOOST_TEST((config.model.decoder == row.decoder));
    BOOST_TEST((config.training == tiny32.training));
    BOOST_TEST((config.discriminator == tiny32.discriminator));
    BOOST_TEST(config.model.z_dim == tiny32.model.z_dim);
    BOOST_TEST(config.model.hidden == tiny32.model.hidden);
    const int64_t its_macs = count_cost(config.model, MacCount::kFull).macs;
    BOOST_TEST((its_macs > macs && its_macs < macs * 6 / 5));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
