// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The constructor arguments of released models: what is refused and by which name, references in the configuration.
#include <string>

#include "base/json.hpp"
#include "unit/released/released_models.hpp"

using namespace inr;
using base::Json;
using test::Changed;
using test::error_of;
using test::has;

BOOST_AUTO_TEST_SUITE(released_arguments)

BOOST_AUTO_TEST_CASE(arguments_are_refused_by_name) {
  const test::TemporaryFolder folder;
  struct Case {
    const char *pointer, *value, *message;
  };
  static constexpr Case kCases[] = {
      {"/c_dim", "10", "c_dim is 10"},
      {"/cfg/use_noise", "true", "cfg.use_noise is true"},
      {"/cfg/fp32", "false", "cfg.fp32 is false"},
      {"/synthesis_kwargs/num_fp16_res", "4", "synthesis_kwargs.num_fp16_res is 4"},
      {"/synthesis_kwargs/conv_clamp", "256", "synthesis_kwargs.conv_clamp is 256"},
      {"/cfg/fmm/activation", "\"sigmoid\"", "cfg.fmm.activation is \"sigmoid\""},
      {"/cfg/fmm/activation", "null", "cfg.fmm.activation is absent"},
      {"/cfg/fmm/enabled", "false", "cfg.fmm.enabled is false"},
      {"/cfg/coords/kernel_size", "3", "cfg.coords.kernel_size is 3"},
      {"/cfg/coords/per_resolution", "false", "cfg.coords.per_resolution is false"},
      {"/cfg/coords/per_resolution", "null", "cfg.coords.per_resolution is absent"},
      {"/cfg/coords/low_res_cfg/shared_emb_size", "8", "shared_emb_size is 8"},
      {"/cfg/coords/medium_res_cfg/predictable_emb_size", "8", "predictable_emb_size is 8"},
      {"/cfg/coords/medium_res_cfg/use_raw_coords", "true", "use_raw_coords is true"},
      {"/cfg/coords/fallback", "true", "cfg.coords.fallback is true"},
      {"/cfg/upsampling_mode", "\"bicubic\"", "cfg.upsampling_mode is bicubic"},
      {"/mapping_kwargs/lr_multiplier", "0.1", "mapping_kwargs.lr_multiplier is 0.1"},
      {"/img_channels", "1", "img_channels is 1"},
      {"/img_resolution", "48", "img_resolution is 48"},
      {"/z_dim", "\"12\"", "z_dim is \"12\" instead of a positive integer"},
      {"/z_dim", "-1", "z_dim is -1"},
      {"/cfg/fmm/rank", "null", "cfg.fmm.rank is null"},
      {"/cfg/fmm/instance_norm", "1", "cfg.fmm.instance_norm is 1"},
      {"/cfg", "3", "no configuration cfg"},
  };
  for (const Case& refused : kCases) {
    Changed changed;
    changed.arguments = [&](Json& kwargs) {
      kwargs[Json::json_pointer(refused.pointer)] = base::parse_json(refused.value, "test");
    };
    const std::string error = error_of([&] { changed.plan(folder); });
    BOOST_TEST(has(error, refused.message), refused.pointer << ": " << error);
  }
}

BOOST_AUTO_TEST_CASE(references_are_followed_but_not_in_circles) {
  const test::TemporaryFolder folder;
  Changed changed;
  changed.arguments = [](Json& kwargs) {
    kwargs["cfg"]["coords"]["res_configs"] = "${elsewhere.list}";
    kwargs["cfg"]["elsewhere"]["list"] = {{"8", "${low}"}, {"16", {{"use_cosine", false}}}};
    kwargs["cfg"]["low"] = {{"use_cosine", true}};
  };
  const Json blocks = changed.plan(folder).model["blocks"];
  BOOST_TEST(blocks[0]["cosine"] == true);
  BOOST_TEST(blocks[2]["cosine"] == false);
  changed.arguments = [](Json& kwargs) {
    kwargs["cfg"]["coords"] = "${other}";
    kwargs["cfg"]["other"] = "${coords}";
  };
  BOOST_TEST(has(error_of([&] { changed.plan(folder); }), ", which leads to itself"));
}

BOOST_AUTO_TEST_CASE(references_that_lead_nowhere_are_no_absent_arguments) {
  const test::TemporaryFolder folder;
  const auto error = [&](const char* pointer, const Json& value) {
    Changed changed;
    changed.arguments = [&](Json& kwargs) { kwargs[Json::json_pointer(pointer)] = value; };
    return error_of([&] { changed.plan(folder); });
  };
  BOOST_TEST(has(error("/cfg/coords", "${nothing.here}"), "cfg.coords refers to nothing.here, which is not in cfg"));
  BOOST_TEST(has(error("/cfg/use_noise", "${training.noise}"), "cfg.use_noise refers to training.noise, which"));
  BOOST_TEST(has(error("/cfg/fmm/instance_norm", "${model.norm}"), "cfg.fmm.instance_norm refers to model.norm"));
  BOOST_TEST(has(error("/cfg/coords/res_configs/8", "${coords.nope}"),
                 "cfg.coords.res_configs.8 refers to coords.nope, which is not in cfg"));
  BOOST_TEST(has(error("/cfg/coords/res_configs/8", 3), "cfg.coords.res_configs.8 is 3 instead of a dictionary"));
  BOOST_TEST(has(error("/cfg/coords/res_configs/8", "text"), "is \"text\" instead of a dictionary"));
  BOOST_TEST(has(error("/cfg/input", 3), "cfg.input is 3 instead of a dictionary"));
  for (const char* const text : {"${fp32}${fp32}", "${a.${b}}", "x${fp32}", "${fp32}x", "${fp32", "$${fp32}"})
    BOOST_TEST(has(error("/cfg/use_noise", text), "only references of the form"), text);
  for (const char* const text : {"${}", "${.fp32}", "${fp32.}", "${oc.env:X}", "${fp32.x}"})
    BOOST_TEST(has(error("/cfg/use_noise", text), "which is not in cfg"), text);
}

BOOST_AUTO_TEST_CASE(references_take_a_bounded_time) {
  const test::TemporaryFolder folder;
  Changed changed;
  changed.arguments = [](Json& kwargs) {
    Json& cfg = kwargs["cfg"];
    Json object = cfg["coords"];
    const auto repeated = [](const char* key) {
      std::string text = "${o";
      for (int i = 0; i < 48; ++i) text += key;
      return text + "}";
    };
    object["y"] = "${o}";
    object["z"] = repeated(".y");
    object["w"] = repeated(".z");
    cfg["o"] = object;
    cfg["coords"] = repeated(".w");
  };
  BOOST_TEST(has(error_of([&] { changed.plan(folder); }), "through too many others"));
  changed.arguments = [](Json& kwargs) {
    for (int i = 0; i < 2000; ++i) kwargs["cfg"]["j" + std::to_string(i)] = nullptr;
  };
  BOOST_TEST(has(error_of([&] { changed.plan(folder); }), "init_kwargs of more than 2000 values"));
}

BOOST_AUTO_TEST_SUITE_END()
