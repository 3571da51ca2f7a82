// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Released models, on the smallest golden: what is refused and by which name, references in the configuration, damaged
// and hostile snapshots, tensors that do not lie one value after another.
#include "store/released_import.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/safetensors.hpp"
#include "store/released_list.hpp"
#include "support/mutate.hpp"
#include "support/test.hpp"

using namespace inr;
using base::Json;

namespace {

std::string golden(const std::string& name) { return INR_DEFAULT_GOLDEN_DIR "/released/pickled/" + name; }

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const base::DataError& error) {
    return error.what();
  }
  return "no error";
}

// The golden's state with other arguments, or without some tensors, or with one more.
struct Changed {
  std::function<void(Json&)> arguments = [](Json&) {};
  std::function<void(std::vector<base::TensorView>&)> tensors = [](auto&) {};

  store::ReleasedPlan plan(const test::TemporaryFolder& folder) const {
    const base::Safetensors state = base::Safetensors::open(golden("state.safetensors"));
    Json kwargs = base::parse_json(state.metadata("init_kwargs"), "golden");
    arguments(kwargs);
    std::vector<base::TensorView> views;
    for (const base::TensorInfo& info : state.tensors())
      views.push_back({info.name, info.dtype, info.shape, state.bytes(info)});
    tensors(views);
    const std::string path = folder / "changed.safetensors";
    base::write_safetensors(path, {{"init_kwargs", base::dump_json(kwargs)}}, views);
    // Of a plan whose source has gone only the configuration may be looked at.
    store::ReleasedPlan made = store::plan_released(store::open_released(path));
    made.tensors.clear();
    return made;
  }
};

std::string snapshot() {
  const std::vector<std::byte> bytes = base::read_file(golden("network.pkl"));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  BOOST_REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string error_of_snapshot(const std::string& bytes) {
  return error_of([&] { plan_released(store::read_released_pickle(std::as_bytes(std::span(bytes)), "file")); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(released_import)

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
  BOOST_TEST(has(error_of([&] { changed.plan(folder); }), "} in cfg leads to itself"));
  changed.arguments = [](Json& kwargs) { kwargs["cfg"]["coords"] = "${nothing.here}"; };
  BOOST_TEST(has(error_of([&] { changed.plan(folder); }), "cfg.coords.enabled is absent"));
}

BOOST_AUTO_TEST_CASE(tensors_that_are_missing_or_have_no_place) {
  const test::TemporaryFolder folder;
  const auto without = [&](const std::string& name) {
    Changed changed;
    changed.tensors = [&](auto& views) { std::erase_if(views, [&](const auto& v) { return v.name == name; }); };
    return error_of([&] { changed.plan(folder); });
  };
  for (const std::string name :
       {"mapping.w_avg", "mapping.fc1.bias", "synthesis.b8.torgb.weight", "synthesis.b16.conv1.affine.bias"})
    BOOST_TEST(has(without(name), "tensor '" + name + "' is missing"), without(name));
  // The rest of a layer whose weight is gone has no layer to belong to.
  BOOST_TEST(has(without("synthesis.b16.extra_convs.0.weight"), "has no place"));
  BOOST_TEST(without("synthesis.b16.resample_filter") == "no error");
  Changed changed;
  const std::vector<float> one = {1};
  changed.tensors = [&](auto& views) {
    views.push_back({"synthesis.b8.conv0.noise_strength", base::Dtype::kF32, {1}, std::as_bytes(std::span(one))});
  };
  BOOST_TEST(has(error_of([&] { changed.plan(folder); }), "noise_strength' has no place"));
}

BOOST_AUTO_TEST_CASE(snapshots_say_what_is_wrong_with_them) {
  const std::string good = snapshot();
  BOOST_TEST(error_of_snapshot(good) == "no error");
  BOOST_TEST(has(error_of_snapshot(replaced(good, "_rebuild_tensor_v2", "_rebuild_tensor_v3")),
                 "torch._utils._rebuild_tensor_v3"));
  BOOST_TEST(has(error_of_snapshot(replaced(good, "G_ema", "G_emb")), "has no entry G_ema"));
  BOOST_TEST(has(error_of_snapshot(replaced(good, "omegaconf.nodes", "omegaconfinodes")), "omegaconfinodes.AnyNode"));
  BOOST_TEST(has(error_of_snapshot(replaced(good, "_parameters", "_parametars")), "lacks _parameters"));
  BOOST_TEST(has(error_of_snapshot(good + "x"), "1 bytes follow"));
  BOOST_TEST(has(error_of_snapshot(good.substr(0, good.size() - 1)), "cut short"));
  // Of the generator; other modules' versions come first in the file, and do not matter.
  const size_t at = good.find("G_ema");
  const std::string newer = good.substr(0, at) + replaced(good.substr(at), "K\x06", "K\x07");
  BOOST_TEST(has(error_of_snapshot(newer), "the generator has version 7 instead of 6"), error_of_snapshot(newer));
}

BOOST_AUTO_TEST_CASE(cut_at_any_place_it_is_one_error) {
  const std::string good = snapshot();
  for (size_t n = 0; n < good.size(); n += n < 4000 ? 1 : 997)
    BOOST_TEST(error_of_snapshot(good.substr(0, n)) != "no error");
}

BOOST_AUTO_TEST_CASE(damaged_copies_are_one_error_or_a_model) {
  const std::string good = snapshot();
  size_t n_errors = 0;
  for (uint64_t i = 0; i < 300; ++i) {
    const std::vector<std::byte> bytes = test::mutate(std::as_bytes(std::span(good)), i);
    n_errors += error_of([&] { list_released(store::read_released_pickle(bytes, "file")); }) != "no error";
  }
  BOOST_TEST(n_errors > 100U);
}

BOOST_AUTO_TEST_CASE(values_that_do_not_lie_in_a_row) {
  const std::vector<float> storage = {0, 1, 2, 3, 4, 5};
  const auto bytes = std::as_bytes(std::span(storage));
  const store::ReleasedTensor transposed{.shape = {3, 2}, .stride = {1, 3}, .bytes = bytes, .numel = 6};
  std::vector<float> out(6);
  transposed.read(0, out);
  BOOST_TEST(out == (std::vector<float>{0, 3, 1, 4, 2, 5}), boost::test_tools::per_element());
  out.resize(2);
  transposed.read(3, out);
  BOOST_TEST(out == (std::vector<float>{4, 2}), boost::test_tools::per_element());
  const store::ReleasedTensor row{.shape = {1, 2}, .stride = {99, 1}, .bytes = bytes.subspan(4), .numel = 2};
  row.read(0, out);
  BOOST_TEST(out == (std::vector<float>{1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_list_tells_everything) {
  const std::string text = store::list_released(store::open_released(golden("network.pkl")));
  for (const std::string part :
       {"entry   G_ema: a module\n", "entry   augment_pipe: None\n", "module  G_ema ", "SynthesisNetwork\n",
        "module  synthesis.b16.extra_convs ", "ModuleList\n", "[8, 33, 1, 1]\n", "kwargs  {\"z_dim\":12,"})
    BOOST_TEST(has(text, part), part);
  BOOST_TEST(has(text, " of 317568 bytes\n"));
}

BOOST_AUTO_TEST_CASE(neither_kind_of_file) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "x";
  base::AtomicFile file(path);
  file.write("hello, this is no model");
  file.commit();
  BOOST_TEST(has(error_of([&] { store::open_released(path); }), "is no pickle"));
  BOOST_TEST(has(error_of([] { store::open_released(golden("imported.safetensors")); }), "lacks init_kwargs"));
  BOOST_CHECK_THROW(store::open_released(folder / "missing"), base::SystemError);
}

BOOST_AUTO_TEST_SUITE_END()
