// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Released models, on the smallest golden: tensors that are missing or do not lie one value after another, damaged and
// hostile snapshots, files that change while they are read.
#include "released/released_import.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/safetensors.hpp"
#include "released/released_list.hpp"
#include "support/mutate.hpp"
#include "unit/released/released_models.hpp"

using namespace inr;
using test::Changed;
using test::error_of;
using test::golden;
using test::has;
using namespace std::string_literals;

namespace {

std::string snapshot() {
  const std::vector<std::byte> bytes = base::read_file(golden("network.pkl"));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  BOOST_REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

released::ReleasedSource read_bytes(std::span<const std::byte> bytes) {
  return released::read_released(std::make_shared<const base::MemoryBytes>(bytes), "file");
}

std::string list_of(const released::ReleasedSource& source) {
  std::string text;
  released::list_released(source, [&](std::string_view lines) { text += lines; });
  return text;
}

std::string error_of_snapshot(const std::string& bytes) {
  return error_of([&] { plan_released(read_bytes(std::as_bytes(std::span(bytes)))); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(released_import)

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

// What a snapshot says again by recalling it must not cost more than what it says.
BOOST_AUTO_TEST_CASE(repetitions_cost_no_more_than_the_file) {
  const std::string good = snapshot();
  const auto argument = [&](const std::string& value) {
    const size_t at = good.rfind(
        "uuu\x85\x94R\x94\x8c\x0c"
        "augment_pipe");  // the end of G_ema and its arguments
    BOOST_REQUIRE(at != std::string::npos);
    return good.substr(0, at) + "\x8c\x04note" + value + good.substr(at);
  };
  BOOST_TEST(error_of_snapshot(argument("N")) == "no error");
  std::string many = "(";
  for (int i = 0; i < 300; ++i) many += "X"s + "\x00\x10\x00\x00"s + std::string(4096, 'x');
  BOOST_TEST(has(error_of_snapshot(argument(many + "t")), "_init_kwargs holds more than 1048576 bytes of text"));
  BOOST_TEST(has(error_of_snapshot(argument("X"s + "\x01\x10\x00\x00"s + std::string(4097, 'x'))),
                 "_init_kwargs holds a text of 4097 bytes"));
  BOOST_TEST(has(error_of_snapshot(argument("}(K\x04N"s + "\x8c\x01" + "4Nu")), "has the key 4 twice"));
  const std::string shown = argument("\x8c\x08\xc2\x9b" + "31m\x7f\x1b\x07"s);
  const std::string listed = list_of(read_bytes(std::as_bytes(std::span(shown))));
  BOOST_TEST(has(listed, R"("note":"\u009b31m\u007f\u001b\u0007")"), listed.substr(listed.find("kwargs")));
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
    n_errors += error_of([&] { list_of(read_bytes(bytes)); }) != "no error";
  }
  BOOST_TEST(n_errors > 100U);
}

BOOST_AUTO_TEST_CASE(values_that_do_not_lie_in_a_row) {
  const std::vector<float> storage = {0, 1, 2, 3, 4, 5};
  const base::MemoryBytes bytes(std::as_bytes(std::span(storage)));
  const released::ReleasedTensor transposed{.shape = {3, 2}, .stride = {1, 3}, .file = &bytes, .numel = 6};
  std::vector<float> out(6);
  transposed.read(0, out);
  BOOST_TEST(out == (std::vector<float>{0, 3, 1, 4, 2, 5}), boost::test_tools::per_element());
  out.resize(2);
  transposed.read(3, out);
  BOOST_TEST(out == (std::vector<float>{4, 2}), boost::test_tools::per_element());
  const released::ReleasedTensor row{.shape = {1, 2}, .stride = {99, 1}, .file = &bytes, .offset = 4, .numel = 2};
  row.read(0, out);
  BOOST_TEST(out == (std::vector<float>{1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_list_tells_everything) {
  const std::string text = list_of(released::open_released(golden("network.pkl")));
  for (const std::string part :
       {"entry   G_ema: a module\n", "entry   augment_pipe: None\n", "module  G_ema ", "SynthesisNetwork\n",
        "module  synthesis.b16.extra_convs ", "ModuleList\n", "[8, 33, 1, 1]\n", "kwargs  {\"z_dim\":12,"})
    BOOST_TEST(has(text, part), part);
  BOOST_TEST(has(text, " of 317568 bytes\n"));
}

BOOST_AUTO_TEST_CASE(a_file_that_changes_meanwhile_is_one_error) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "x", out = folder / "out";
  for (const std::string name : {"network.pkl", "state.safetensors"}) {
    std::filesystem::remove(path);
    std::filesystem::copy_file(golden(name), path);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    const released::ReleasedSource source = released::open_released(path);
    const released::ReleasedPlan plan = released::plan_released(source);
    BOOST_TEST(released::hash_released(source).size() == 64U);
    BOOST_REQUIRE(::truncate(path.c_str(), 9000) == 0);
    BOOST_TEST(has(error_of([&] { released::hash_released(source); }), "x: was cut short while it was being read"));
    BOOST_TEST(
        has(error_of([&] { released::write_released(plan, out, {}); }), "x: was cut short while it was being read"));
    std::filesystem::copy_file(golden(name), path, std::filesystem::copy_options::overwrite_existing);
    BOOST_TEST(
        has(error_of([&] { released::write_released(plan, out, {}); }), "x: was changed while it was being read"));
    BOOST_TEST(!std::filesystem::exists(out));
  }
}

BOOST_AUTO_TEST_CASE(a_checksum_is_compared) {
  const test::TemporaryFolder folder;
  const base::Safetensors state = base::Safetensors::open(golden("state.safetensors"));
  std::vector<base::TensorView> views;
  for (const base::TensorInfo& info : state.tensors())
    views.push_back({info.name, info.dtype, info.shape, state.bytes(info)});
  const std::string path = folder / "x";
  base::write_safetensors(path, {{"init_kwargs", state.metadata("init_kwargs")}}, views);
  std::vector<std::byte> bytes = base::read_file(path);
  BOOST_TEST(error_of([&] { released::hash_released(read_bytes(bytes)); }) == "no error");
  bytes.back() ^= std::byte{1};
  BOOST_TEST(has(error_of([&] { released::hash_released(read_bytes(bytes)); }), "the checksum of the data is wrong"));
}

BOOST_AUTO_TEST_CASE(neither_kind_of_file) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "x";
  base::AtomicFile file(path);
  file.write("hello, this is no model");
  file.commit();
  BOOST_TEST(has(error_of([&] { released::open_released(path); }), "is not a pickle"));
  BOOST_TEST(has(error_of([] { released::open_released(golden("definition.safetensors")); }), "lacks init_kwargs"));
  BOOST_TEST(has(error_of([] { released::open_released(golden("imported.safetensors")); }), "of this toolkit already"));
  BOOST_CHECK_THROW(released::open_released(folder / "missing"), base::SystemError);
}

BOOST_AUTO_TEST_SUITE_END()
