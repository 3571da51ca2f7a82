// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Every golden checkpoint: its configuration is read, and the tensors a configuration asks for are those in the file.
#include <algorithm>
#include <map>

#include "base/safetensors.hpp"
#include "model/config.hpp"
#include "model/theta_layout.hpp"
#include "support/test.hpp"

namespace {

using inr::base::parse_json;
using inr::base::Safetensors;
using inr::base::shape_text;
using namespace inr::model;

using Shapes = std::map<std::string, std::string>;

std::vector<std::string> checkpoints() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(inr::test::golden_dir() + "/model")) {
    const std::string path = entry.path().string();
    if (path.ends_with(".safetensors") && !path.ends_with(".expected.safetensors")) paths.push_back(path);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

Shapes shapes_in(const Safetensors& file, const std::string& prefix) {
  Shapes shapes;
  for (const auto& tensor : file.tensors()) {
    if (tensor.name.starts_with(prefix)) shapes[tensor.name.substr(prefix.size())] = shape_text(tensor.shape);
  }
  shapes.erase("h_mean");  // optional
  return shapes;
}

Shapes shapes_of(const std::vector<TensorSpec>& specs) {
  Shapes shapes;
  for (const TensorSpec& spec : specs) {
    BOOST_TEST(shapes.emplace(spec.name, shape_text(spec.shape)).second, spec.name << " is listed twice");
  }
  return shapes;
}

std::string text(const Shapes& shapes) {
  std::string out;
  for (const auto& [name, shape] : shapes) out += name + " " + shape + "\n";
  return out;
}

BOOST_AUTO_TEST_SUITE(tensors)

BOOST_AUTO_TEST_CASE(of_every_checkpoint) {
  const std::vector<std::string> paths = checkpoints();
  BOOST_TEST_REQUIRE(!paths.empty());
  size_t n_generators = 0;
  size_t n_discriminators = 0;
  for (const std::string& path : paths) {
    BOOST_TEST_CONTEXT(path) {
      const Safetensors file = Safetensors::open(path);
      const Config config = parse_config(parse_json(file.metadata("config"), path), path);
      BOOST_TEST((parse_config(to_json(config), path) == config));
      const Shapes wanted = shapes_of(generator_tensors(config.model));
      for (const char* prefix : {"ema.", "g."}) {
        const Shapes found = shapes_in(file, prefix);
        if (found.empty()) continue;
        ++n_generators;
        BOOST_TEST(text(found) == text(wanted));
        const auto& out = file.at(std::string(prefix) + "hypernet.out.weight");
        BOOST_TEST(out.shape.at(0) == theta_layout(config.model).n_theta);
      }
      const Shapes found = shapes_in(file, "d.");
      if (found.empty()) continue;
      ++n_discriminators;
      BOOST_TEST(text(found) == text(shapes_of(discriminator_tensors(config.discriminator, config.model.resolution))));
    }
  }
  BOOST_TEST(n_generators > 0U);
  BOOST_TEST(n_discriminators > 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
