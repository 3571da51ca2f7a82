// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Every picture among the goldens, drawn from its theta by every back end: the research code's models at several sizes
// and in windows ($INR_GOLDEN_DIR/model), the authors' released generators ($INR_GOLDEN_DIR/released).
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/safetensors.hpp"
#include "render/renderer.hpp"
#include "support/test.hpp"

namespace {

using namespace inr;
namespace fs = std::filesystem;

std::vector<fs::path> sorted(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) out.push_back(entry.path());
  std::ranges::sort(out);
  return out;
}

struct Golden {
  std::string name;
  std::shared_ptr<const render::InrModel> inr_model;
  std::vector<float> theta;  // of all images
  double tolerance = 1e-5;

  Golden(std::string of, const base::Safetensors& checkpoint, const base::Safetensors& expected) : name(std::move(of)) {
    auto model = std::make_shared<render::InrModel>();
    model->config = model::parse_config(base::parse_json(checkpoint.metadata("config"), name), name).model;
    model->layout = model::theta_layout(model->config);
    model->shared = model::load_weights(checkpoint, "ema.", model::shared_tensors(model->config));
    if (model->config.modulation == model::Modulation::kLowrank) tolerance = 3e-5;
    inr_model = std::move(model);
    theta = expected.read_f32("theta");
  }

  /// The first images of theta against the tensor `key`, [N, 3, H, W] or [3, H, W].
  void check(const base::Safetensors& expected, const std::string& key, const model::GridRequest& request) const {
    const base::TensorInfo& info = expected.at(key);
    const std::vector<float> want = expected.read_f32(key);
    const auto plan = std::make_shared<const model::GridPlan>(plan_grid(inr_model->config, request));
    const auto n_pixels = static_cast<size_t>(plan->width() * plan->height());
    const size_t n_images = info.shape.size() == 4 ? static_cast<size_t>(info.shape[0]) : 1;
    BOOST_REQUIRE(want.size() == n_images * 3 * n_pixels);
    const auto n_theta = static_cast<size_t>(inr_model->layout.n_theta);
    base::WorkerPool pool(2);
    for (const render::Backend& backend : render::backends()) {
      double worst = 0;
      for (size_t n = 0; n < n_images; ++n) {
        render::Renderer renderer(inr_model, std::span(theta).subspan(n * n_theta, n_theta), plan,
                                  {{backend.name, {}}});
        std::vector<float> got(3 * n_pixels);
        renderer.rows(0, plan->height(), got, &pool);
        for (size_t i = 0; i < got.size(); ++i) {
          const float of = want[(n * 3 + i % 3) * n_pixels + i / 3];
          const double error = std::abs(static_cast<double>(got[i]) - static_cast<double>(of));
          worst = std::max(worst, std::isnan(error) ? INFINITY : error);
        }
      }
      std::printf("%-28s  %-40s  error %.1e  used %5.1f %%\n", name.c_str(),
                  (key + ", " + std::string(backend.name)).c_str(), worst, 100 * worst / tolerance);
      BOOST_CHECK_MESSAGE(worst <= tolerance, name << " " << key << " by " << backend.name << ": error " << worst);
    }
  }
};

/// A folder of one's own ($INR_GOLDEN_DIR) may have none of a kind; the committed one has some of each.
void require_some(int n_checked, const std::string& kind) {
  if (n_checked > 0) return;
  if (test::golden_dir() == INR_DEFAULT_GOLDEN_DIR) BOOST_ERROR("no " + kind + " in " + test::golden_dir());
  std::printf("skipped: no %s in %s\n", kind.c_str(), test::golden_dir().c_str());
}

BOOST_AUTO_TEST_CASE(pictures_of_the_research_code) {
  struct Size {
    const char* key;
    int64_t numerator, denominator, upsample_from;
  };
  int n_pictures = 0, n_windows = 0;
  for (const fs::path& path : sorted(test::golden_dir() + "/model")) {
    constexpr std::string_view kEnding = ".expected.safetensors";
    std::string stem = path.string();
    if (!stem.ends_with(kEnding)) continue;
    stem.resize(stem.size() - kEnding.size());
    const bool windows = stem.ends_with(".windows");
    if (windows) stem.resize(stem.size() - std::string_view(".windows").size());
    const base::Safetensors expected = base::Safetensors::open(path.string());
    const base::Safetensors whole = base::Safetensors::open(stem + std::string(kEnding));
    if (whole.find("theta") == nullptr || whole.find("image") == nullptr) continue;
    const Golden golden(fs::path(stem).filename().string(), base::Safetensors::open(stem + ".safetensors"), whole);
    const int64_t native = golden.inr_model->config.resolution;
    if (windows) {
      for (const base::Json& window : base::parse_json(expected.metadata("windows"), golden.name)) {
        const auto edges = window["window"].get<std::vector<double>>();
        const auto size = window["size"].get<std::vector<int64_t>>();
        model::GridRequest request{{edges[0], edges[1], edges[2], edges[3]}, size[0], size[1]};
        request.cells = window["grid"] == "training" ? model::Cells::kTraining : model::Cells::kDensity;
        if (window["upsample_from"].is_number()) request.upsample_from = window["upsample_from"].get<int64_t>();
        golden.check(expected, window["name"].get<std::string>(), request);
        ++n_windows;
      }
      continue;
    }
    for (const Size& size : {Size{"image", 1, 1, -1}, Size{"image_2x", 2, 1, -1}, Size{"image_2x_all", 2, 1, 0},
                             Size{"image_4x", 4, 1, -1}, Size{"image_half", 1, 2, -1}}) {
      if (expected.find(size.key) == nullptr) continue;
      const int64_t side = native * size.numerator / size.denominator;
      golden.check(expected, size.key, {{}, side, side, model::Cells::kDensity, size.upsample_from});
      ++n_pictures;
    }
  }
  require_some(n_pictures, "picture");
  require_some(n_windows, "window");
}

BOOST_AUTO_TEST_CASE(pictures_of_released_generators) {
  struct View {
    const char* key;
    double width, height;  // in units of the model's resolution
    model::Window window;
  };
  int n_checked = 0;
  for (const fs::path& folder : sorted(test::golden_dir() + "/released")) {
    if (!fs::exists(folder / "imported.safetensors")) continue;
    const base::Safetensors expected = base::Safetensors::open(folder / "expected.safetensors");
    const Golden golden("released/" + folder.filename().string(),
                        base::Safetensors::open(folder / "imported.safetensors"), expected);
    const int64_t native = golden.inr_model->config.resolution;
    golden.check(expected, "images", {{}, native, native});
    ++n_checked;
    if (!fs::exists(folder / "definition.safetensors")) continue;
    const base::Safetensors definition = base::Safetensors::open(folder / "definition.safetensors");
    for (const View& view : {View{"superres25_16", 25.0 / 16, 25.0 / 16, {}}, View{"half", 0.5, 0.5, {}},
                             View{"window", 5.0 / 8, 3.0 / 8, {0.25, 0.375, 0.75, 0.625}},
                             View{"outside", 0.75, 0.75, {-0.25, -0.25, 1.25, 1.25}}}) {
      const auto pixels = [&](double share) { return static_cast<int64_t>(share * static_cast<double>(native)); };
      golden.check(definition, view.key, {view.window, pixels(view.width), pixels(view.height)});
    }
  }
  require_some(n_checked, "released model");
}

}  // namespace
