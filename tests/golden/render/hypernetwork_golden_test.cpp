// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Hypernetwork inference against the goldens: h and theta of every generator in $INR_GOLDEN_DIR/model, w, theta and
// truncated w of every folder in $INR_GOLDEN_DIR/released; on every instruction set that this machine has.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "base/json.hpp"
#include "base/safetensors.hpp"
#include "kernels/processor.hpp"
#include "render/hypernetwork.hpp"
#include "support/test.hpp"

namespace {

using namespace inr;
namespace fs = std::filesystem;
using Rows = std::vector<std::vector<float>>;

constexpr double kTruncation = 0.7;  // of ws_truncated

struct Golden {
  std::string name;
  base::Safetensors checkpoint, expected;
  bool released = false;
};

std::vector<Golden> find_goldens() {
  std::vector<Golden> out;
  std::vector<fs::path> paths;
  std::error_code none;
  for (const std::string folder : {"model", "released"})
    for (const auto& entry : fs::directory_iterator(test::golden_dir() + "/" + folder, none))
      paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  for (const fs::path& path : paths) {
    if (fs::exists(path / "imported.safetensors")) {
      out.push_back({"released/" + path.filename().string(),
                     base::Safetensors::open((path / "imported.safetensors").string()),
                     base::Safetensors::open((path / "expected.safetensors").string()), true});
      continue;
    }
    const std::string file = path.string(), ending = ".expected.safetensors";
    if (!file.ends_with(ending) || file.ends_with(".windows" + ending)) continue;
    base::Safetensors expected = base::Safetensors::open(file);
    if (expected.find("theta") == nullptr) continue;
    const std::string stem = file.substr(0, file.size() - ending.size());
    out.push_back({fs::path(stem).filename().string(), base::Safetensors::open(stem + ".safetensors"),
                   std::move(expected), false});
  }
  if (out.empty()) {
    if (test::golden_dir() == INR_DEFAULT_GOLDEN_DIR) BOOST_ERROR("no generator in " + test::golden_dir());
    std::printf("skipped: no generator in %s\n", test::golden_dir().c_str());
  }
  return out;
}

/// Rows of a tensor [N, width], of [N, any, width] the first of each.
Rows read_rows(const base::Safetensors& file, const std::string& name) {
  const base::TensorInfo& info = file.at(name);
  const std::vector<float> values = file.read_f32(name);
  const int64_t width = info.shape.back(), stride = info.numel() / info.shape.front();
  Rows out;
  for (auto row = values.begin(); row != values.end(); row += stride) out.emplace_back(row, row + width);
  return out;
}

void check(const Golden& golden, const char* processor, const std::string& key, const Rows& got, double atol,
           double rtol) {
  const Rows want = read_rows(golden.expected, key);
  BOOST_REQUIRE(got.size() == want.size());
  double used = 0;
  for (size_t i = 0; i < got.size(); ++i)
    used = std::max(used, test::worst_ratio(std::span(got[i]), std::span(want[i]), atol, rtol));
  std::printf("%-28s  %-14s  %-14s  used %5.1f %%\n", golden.name.c_str(), key.c_str(), processor, 100 * used);
  BOOST_TEST(used <= 1, golden.name << " " << key << ": worst error is " << used << " times the tolerance");
}

}  // namespace

BOOST_AUTO_TEST_CASE(hypernetworks_agree_with_the_research_code) {
  for (const Golden& golden : find_goldens()) {
    const model::ModelConfig config =
        model::parse_config(base::parse_json(golden.checkpoint.metadata("config"), golden.name), golden.name).model;
    const model::Weights weights = model::load_weights(golden.checkpoint, "ema.", model::generator_tensors(config));
    for (const kernels::Processor processor : kernels::usable_processors()) {
      const kernels::Operations& operations = kernels::operations(processor);
      const render::Hypernetwork g(config, weights, operations);
      Rows h = g.hidden(read_rows(golden.expected, "z"), render::in_this_thread);
      const double atol = golden.released ? 1e-5 : 5e-6, rtol = golden.released ? 0 : 1e-5;
      check(golden, operations.name, golden.released ? "w" : "h", h, atol, rtol);
      check(golden, operations.name, "theta", g.theta(h, render::in_this_thread), atol, rtol);
      if (!golden.released) continue;
      const std::vector<float> mean = golden.checkpoint.read_f32("ema.h_mean");
      for (std::vector<float>& row : h) render::truncate(row, mean, kTruncation);
      check(golden, operations.name, "ws_truncated", h, atol, rtol);
    }
  }
}
