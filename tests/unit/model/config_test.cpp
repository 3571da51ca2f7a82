// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Configurations: defaults, strict types, misspelt keys, contradictions, settings.
#include "model/config.hpp"

#include "base/error.hpp"
#include "model/presets.hpp"
#include "support/test.hpp"

namespace {

using inr::base::DataError;
using inr::base::parse_json;
using inr::base::UsageError;
using namespace inr::model;

Config parse(const std::string& text) { return parse_config(parse_json(text, "test"), "test"); }

std::string fault_of(const std::string& text) {
  try {
    parse(text);
  } catch (const DataError& error) {
    return error.what();
  }
  return "accepted";
}

std::string setting_fault(Config config, const std::string& setting) {
  try {
    apply_setting(config, setting);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

bool mentions(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// A model of one 16-pixel block, with more keys spliced in.
std::string one_block(const std::string& keys) {
  return R"({"model": {"resolution": 16, )" + keys +
         R"("blocks": [{"resolution": 16, "width": 8, "frequencies": 4, "layers": 2, "rgb": true}]}})";
}

BOOST_AUTO_TEST_SUITE(config)

BOOST_AUTO_TEST_CASE(an_empty_configuration_is_the_default) {
  const Config config = parse("{}");
  BOOST_TEST((config == Config{}));
  BOOST_TEST(config.model.blocks.size() == 2U);
  BOOST_TEST(config.model.upsample_from == 1);
}

BOOST_AUTO_TEST_CASE(keys_replace_defaults) {
  const Config config =
      parse(R"({"model": {"z_dim": 64, "join": "split", "skip_coords": false}, "training": {"seed": 7}})");
  BOOST_TEST(config.model.z_dim == 64);
  BOOST_TEST((config.model.join == Join::kSplit));
  BOOST_TEST(!config.model.skip_coords);
  BOOST_TEST(config.training.seed == 7U);
  BOOST_TEST(config.model.hidden == 1024);
}

BOOST_AUTO_TEST_CASE(every_preset_survives_a_round_trip) {
  for (const Preset& preset : presets()) {
    BOOST_TEST_CONTEXT(preset.name) {
      const auto json = to_json(preset.config);
      BOOST_TEST((parse_config(json, preset.name) == preset.config));
      BOOST_TEST((parse_config(parse_json(inr::base::dump_json(json), "text"), preset.name) == preset.config));
      BOOST_TEST((parse_model_config(to_json(preset.config.model), preset.name) == preset.config.model));
    }
  }
}

BOOST_AUTO_TEST_CASE(json_is_complete_and_in_the_order_of_the_structs) {
  const auto json = to_json(Config{});
  std::string keys;
  for (const auto& item : json["model"].items()) keys += item.key() + " ";
  BOOST_TEST(keys ==
             "resolution z_dim hidden depth decoder modulation rank join fourier_scale skip_coords upsample_from w_dim "
             "upsampling instance_norm blocks ");
  BOOST_TEST(json["training"].size() == 14U);
  BOOST_TEST(json["model"]["blocks"][0].size() == 9U);
}

BOOST_AUTO_TEST_CASE(unknown_keys_name_the_nearest) {
  BOOST_TEST(fault_of(R"({"modle": {}})") == "test: unknown key 'modle'; did you mean 'model'?");
  BOOST_TEST(fault_of(R"({"model": {"hiden": 8}})") == "test: unknown key 'model.hiden'; did you mean 'hidden'?");
  BOOST_TEST(fault_of(R"({"training": {"batsch": 8}})") ==
             "test: unknown key 'training.batsch'; did you mean 'batch'?");
  BOOST_TEST(mentions(fault_of(R"({"model": {"blocks": [{"widht": 8}]}})"),
                      "unknown key 'model.blocks.0.widht'; did you mean 'width'?"));
  BOOST_TEST(mentions(fault_of(R"({"discriminator": {"qqqqqqqqqqqq": 8}})"), "known are channel_base, channel_max"));
}

BOOST_AUTO_TEST_CASE(values_must_have_the_type_of_their_key) {
  BOOST_TEST(fault_of(R"({"model": {"hidden": 1.5}})") == "test: model.hidden is 1.5; give a whole number");
  BOOST_TEST(mentions(fault_of(R"({"model": {"hidden": "8"}})"), "model.hidden is \"8\""));
  BOOST_TEST(mentions(fault_of(R"({"model": {"hidden": 18446744073709551615}})"), "give a whole number"));
  BOOST_TEST(mentions(fault_of(R"({"model": {"skip_coords": 1}})"), "give true or false"));
  BOOST_TEST(mentions(fault_of(R"({"model": {"join": 1}})"), "concat, split"));
  BOOST_TEST(mentions(fault_of(R"({"model": {"blocks": {}}})"), "a list [...] of blocks"));
  BOOST_TEST(mentions(fault_of(R"({"model": []})"), "model is []; give an object"));
  BOOST_TEST(mentions(fault_of("[]"), "the configuration is []"));
  BOOST_TEST(mentions(fault_of(R"({"training": {"lr_d": "fast"}})"), "training.lr_d is \"fast\"; give a number"));
  BOOST_TEST(mentions(fault_of(R"({"training": {"seed": -1}})"), "not negative"));
  BOOST_TEST(parse(R"({"training": {"r1": 10}})").training.r1 == 10.0);  // a whole number is a number
}

BOOST_AUTO_TEST_CASE(unknown_names_are_told) {
  BOOST_TEST(fault_of(R"({"model": {"decoder": "multiscal"}})") ==
             "test: model.decoder 'multiscal' is unknown; did you mean 'multiscale'?");
  BOOST_TEST(mentions(fault_of(R"({"model": {"upsampling": "bicubic"}})"), "nearest, bilinear"));
}

BOOST_AUTO_TEST_CASE(ranges) {
  for (const char* key : {"z_dim", "hidden", "depth", "rank", "w_dim", "resolution"}) {
    for (const char* value : {"0", "-1", "65537", "9223372036854775807"}) {
      const std::string text = std::string(R"({"model": {")") + key + R"(": )" + value + "}}";
      BOOST_TEST(mentions(fault_of(text), std::string("model.") + key + " is " + value), text);
    }
  }
  BOOST_TEST(mentions(fault_of(R"({"training": {"beta2": 1.0}})"), "training.beta2 is 1.0"));
  BOOST_TEST(mentions(fault_of(R"({"training": {"batch": 6}})"), "multiple of 4"));
  BOOST_TEST(mentions(fault_of(R"({"training": {"batch": 0}})"), "training.batch is 0"));
  BOOST_TEST(mentions(fault_of(R"({"training": {"ema": 1.01}})"), "training.ema is 1.01"));
  BOOST_TEST(mentions(fault_of(R"({"discriminator": {"channel_base": 128}})"), "discriminator.channel_base is 128"));
  BOOST_TEST(mentions(fault_of(R"({"model": {"upsample_from": 2}})"), "give 0 to 1"));
  Config nan;
  nan.training.lr_d = std::nan("");
  BOOST_CHECK_THROW(validate(nan, "test"), DataError);
}

BOOST_AUTO_TEST_CASE(blocks_must_climb_to_the_resolution) {
  const auto blocks = [](const std::string& list) { return R"({"model": {"blocks": [)" + list + "]}}"; };
  const std::string b128 = R"({"resolution": 128, "width": 8, "frequencies": 4, "layers": 1, "rgb": true})";
  const std::string b256 = R"({"resolution": 256, "width": 8, "frequencies": 4, "layers": 1, "rgb": true})";
  const std::string dark = R"({"resolution": 256, "width": 8, "frequencies": 4, "layers": 1})";
  BOOST_TEST(fault_of(blocks(b128 + "," + b256)) == "accepted");
  BOOST_TEST(mentions(fault_of(blocks(b256 + "," + b128)), "list the blocks from coarse to fine"));
  BOOST_TEST(mentions(fault_of(blocks(b256 + "," + b256)), "is not above 256"));
  BOOST_TEST(mentions(fault_of(blocks(b128)), "model.resolution 256 is not that of the last block, 128"));
  BOOST_TEST(mentions(fault_of(blocks(dark)), "the last block has no rgb"));
  BOOST_TEST(mentions(fault_of(blocks("")), "0 blocks"));
  BOOST_TEST(mentions(fault_of(blocks(R"({"resolution": 256})")), "model.blocks.0.width is 0"));
}

BOOST_AUTO_TEST_CASE(released_has_keys_of_its_own) {
  const auto released = [](const std::string& first, const std::string& second, const std::string& more = "") {
    return R"({"model": {"resolution": 16, "decoder": "released", )" + more +
           R"("blocks": [{"resolution": 8, "width": 4, "layers": 1, "rgb": true, )" + first +
           R"(}, {"resolution": 16, "width": 4, "layers": 1, "rgb": true, )" + second + "}]}}";
  };
  const std::string waves = R"("fixed_frequencies": 12)";  // 4 log2 8
  const std::string none = R"("constants": 0)";
  const Config config = parse(released(waves, none, R"("upsampling": "bilinear", "instance_norm": true, )"));
  BOOST_TEST((config.model.upsampling == Upsampling::kBilinear && config.model.instance_norm));
  BOOST_TEST((!config.model.skip_coords && config.model.upsample_from == 1));
  BOOST_TEST((config.model.blocks[0].cosine && config.model.blocks[0].random_frequencies == 0));
  BOOST_TEST((parse_config(to_json(config), "test") == config));
  BOOST_TEST(fault_of(released(R"("constants": 3)", none)) == "accepted");
  BOOST_TEST(fault_of(R"({"model": {"resolution": 8, "decoder": "released", "blocks": [)"
                      R"({"resolution": 8, "width": 4, "layers": 1, "rgb": true, "constants": 1},)"
                      R"({"resolution": 8, "width": 4, "layers": 1, "rgb": true}]}})") == "accepted");
  BOOST_TEST(mentions(fault_of(released(none, waves)), "the first block has no other input"));
  BOOST_TEST(mentions(fault_of(released(R"("fixed_frequencies": 8)", none)), "give 0, 6 or 12"));
  BOOST_TEST(mentions(fault_of(released(waves, R"("frequencies": 4)")), "predicts none"));
  BOOST_TEST(mentions(fault_of(released(waves, R"("constants": -1)")), "constants is -1"));
  BOOST_TEST(mentions(fault_of(released(waves, none, R"("upsample_from": 0, )")), "contradicts upsample_from 0"));
  BOOST_TEST(mentions(fault_of(released(waves, none, R"("modulation": "full", )")), "contradicts modulation full"));
  BOOST_TEST(mentions(fault_of(released(waves, none, R"("skip_coords": true, )")), "contradicts skip_coords"));
  BOOST_TEST(mentions(fault_of(one_block(R"("instance_norm": true, )")), "they belong to decoder released"));
  BOOST_TEST(mentions(fault_of(R"({"model": {"resolution": 16, "blocks": [{"resolution": 16, "width": 8, )"
                               R"("frequencies": 4, "layers": 2, "rgb": true, "constants": 2}]}})"),
                      "they belong to decoder released"));
}

BOOST_AUTO_TEST_CASE(fixed_frequencies_have_three_counts) {
  for (const int64_t count : {0, 2, 9, 10, 11, 20, 40}) {  // at 16: n = 5
    const std::string text =
        R"({"model": {"resolution": 16, "blocks": [{"resolution": 16, "width": 8, "frequencies": 4, "layers": 1, )"
        R"("rgb": true, "fixed_frequencies": )" +
        std::to_string(count) + "}]}}";
    const bool valid = count == 0 || count == 10 || count == 20;
    BOOST_TEST((fault_of(text) == "accepted") == valid, text << " -> " << fault_of(text));
  }
}

BOOST_AUTO_TEST_CASE(the_decoder_fixes_what_it_can) {
  const Config fourier = parse(one_block(R"("decoder": "fourier", )"));
  BOOST_TEST((fourier.model.modulation == Modulation::kFull));
  BOOST_TEST(fourier.model.upsample_from == 0);
  BOOST_TEST(parse(one_block(R"("modulation": "se", )")).model.rank == 1);
  const std::string hyper =
      R"({"model": {"resolution": 16, "decoder": "hyper", "blocks": [{"resolution": 16, "width": 8, "layers": 2, "rgb": true}]}})";
  BOOST_TEST(!parse(hyper).model.skip_coords);
  BOOST_TEST(mentions(fault_of(one_block(R"("decoder": "fourier", "modulation": "fmm", )")), "contradicts"));
  BOOST_TEST(mentions(fault_of(one_block(R"("decoder": "fmm", "modulation": "full", )")), "contradicts"));
  BOOST_TEST(mentions(fault_of(one_block(R"("modulation": "se", "rank": 4, )")), "modulation se contradicts rank 4"));
  BOOST_TEST(mentions(fault_of(one_block(R"("decoder": "hyper", )")), "no Fourier features"));
  BOOST_TEST(mentions(fault_of(R"({"model": {"decoder": "fmm"}})"), "decoder fmm has 2 blocks"));
}

BOOST_AUTO_TEST_CASE(only_the_discriminator_wants_a_power_of_two) {
  const std::string text =
      R"({"resolution": 24, "blocks": [{"resolution": 24, "width": 8, "frequencies": 4, "layers": 1, "rgb": true}]})";
  BOOST_TEST(parse_model_config(parse_json(text, "test"), "test").resolution == 24);
  BOOST_TEST(mentions(fault_of(R"({"model": )" + text + "}"), "does not suit the discriminator"));
}

BOOST_AUTO_TEST_CASE(oversized_theta_is_refused) {
  const std::string text =
      R"({"model": {"decoder": "fourier", "blocks": [{"resolution": 256, "width": 65536, "frequencies": 65536, "layers": 256, "rgb": true}]}})";
  BOOST_TEST(mentions(fault_of(text), "stay below 2147483648"));
}

BOOST_AUTO_TEST_CASE(settings) {
  Config config;
  apply_setting(config, "training.batch=8");
  apply_setting(config, "lr_d=1e-3");
  apply_setting(config, "model.blocks.1.width=64");
  apply_setting(config, "blocks.0.rgb=false");
  apply_setting(config, "join=split");
  apply_setting(config, "flip=false");
  apply_setting(config, "seed=18446744073709551615");
  BOOST_TEST(config.training.batch == 8);
  BOOST_TEST(config.training.lr_d == 1e-3);
  BOOST_TEST(config.model.blocks[1].width == 64);
  BOOST_TEST(!config.model.blocks[0].rgb);
  BOOST_TEST((config.model.join == Join::kSplit));
  BOOST_TEST(!config.training.flip);
  BOOST_TEST(config.training.seed == UINT64_MAX);
  validate(config, "settings");
}

BOOST_AUTO_TEST_CASE(settings_bring_what_follows_from_them) {
  Config config;
  apply_setting(config, "model.modulation=se");
  BOOST_TEST(config.model.rank == 1);
  apply_setting(config, R"(blocks=[{"resolution":256,"width":8,"frequencies":4,"layers":2,"rgb":true}])");
  BOOST_TEST(config.model.upsample_from == 0);
  apply_setting(config, "decoder=fourier");
  BOOST_TEST((config.model.modulation == Modulation::kFull));
  validate(config, "settings");
  Config continuous;
  continuous.model.upsample_from = 0;
  apply_setting(continuous, "decoder=multiscale");
  apply_setting(continuous, "hidden=8");
  BOOST_TEST(continuous.model.upsample_from == 0);
}

BOOST_AUTO_TEST_CASE(wrong_settings_are_usage_errors) {
  BOOST_TEST(setting_fault({}, "training.batsch=8") == "--set: unknown key 'training.batsch'; did you mean 'batch'?");
  BOOST_TEST(mentions(setting_fault({}, "hiden=8"), "did you mean 'hidden'?"));
  BOOST_TEST(mentions(setting_fault({}, "model.hidden.x=8"), "unknown key 'model.hidden.x'"));
  BOOST_TEST(mentions(setting_fault({}, "model.blocks.2.width=8"), "they are model.blocks.0 to model.blocks.1"));
  BOOST_TEST(mentions(setting_fault({}, "model.blocks.x.width=8"), "is not a block"));
  BOOST_TEST(mentions(setting_fault({}, "batch=1.5"), "batch is 1.5; give a whole number"));
  BOOST_TEST(mentions(setting_fault({}, "join=spilt"), "did you mean 'split'?"));
  for (const char* text : {"", "batch", "=8", "batch=", "model=", "model", ".", "model.=1", "blocks.=1"}) {
    BOOST_TEST(setting_fault({}, text) != "accepted", text);
  }
}

BOOST_AUTO_TEST_CASE(learning_rate_presets) {
  Config config;
  apply_lr_preset(config, "main");
  BOOST_TEST(config.training.lr_hypernet == 5e-4);
  BOOST_TEST(config.training.lr_shared == 5e-4);
  BOOST_TEST(config.training.lr_d == 2e-3);
  apply_lr_preset(config, "appendix");
  BOOST_TEST(config.training.lr_hypernet == 1e-5);
  BOOST_TEST(config.training.lr_d == 3e-3);
  apply_lr_preset(config, "released");
  BOOST_TEST((config == Config{}));
  BOOST_CHECK_THROW(apply_lr_preset(config, "paper"), UsageError);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
