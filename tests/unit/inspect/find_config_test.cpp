// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// find_config: a preset, a JSON file or a checkpoint by name.
#include "inspect/find_config.hpp"

#include <fstream>

#include "base/error.hpp"
#include "base/safetensors.hpp"
#include "model/presets.hpp"
#include "support/test.hpp"

namespace {

using namespace inr::model;
using inr::base::DataError;
using inr::inspect::find_config;

const Config& tiny() { return find_preset("tiny32").config; }

BOOST_AUTO_TEST_SUITE(find)

BOOST_AUTO_TEST_CASE(a_preset) { BOOST_TEST((find_config("tiny32").config == tiny())); }

BOOST_AUTO_TEST_CASE(a_checkpoint) {
  const inr::test::TemporaryFolder folder;
  const std::string path = folder / "model.safetensors";
  inr::base::write_safetensors(path, {{"config", inr::base::dump_json(to_json(tiny()))}}, {});
  const NamedConfig found = find_config(path);
  BOOST_TEST((found.config == tiny()));
  BOOST_TEST(found.name == path);
}

BOOST_AUTO_TEST_CASE(a_folder_without_a_run) {
  const inr::test::TemporaryFolder folder;
  BOOST_CHECK_EXCEPTION(find_config(folder.path().string()), DataError, [](const DataError& error) {
    return std::string(error.what()).find("no whole checkpoint") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(a_json_file) {
  const inr::test::TemporaryFolder folder;
  std::ofstream(folder / "mine.json") << R"({"model": {"z_dim": 7}})";
  BOOST_TEST(find_config(folder / "mine.json").config.model.z_dim == 7);
}

BOOST_AUTO_TEST_CASE(neither) {
  const inr::test::TemporaryFolder folder;
  inr::base::write_safetensors(folder / "other.safetensors", {}, {});
  BOOST_CHECK_THROW(find_config("tiny23"), inr::base::UsageError);
  BOOST_CHECK_THROW(find_config(folder / "missing.safetensors"), inr::base::SystemError);
  BOOST_CHECK_EXCEPTION(find_config(folder / "other.safetensors"), DataError, [](const DataError& error) {
    return std::string(error.what()).find("has no configuration") != std::string::npos;
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
