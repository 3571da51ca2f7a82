// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Decoder released against the authors' code and against the definition off its own grid: every folder of
// $INR_GOLDEN_DIR/released. `imported` is the checkpoint; `expected` holds w, theta, images, images with truncation,
// their bytes and, for some, what every layer gives; `definition`, where there is one, pictures of other sizes and
// windows.
#include <optional>

#include "decoders/released/function.hpp"
#include "gan/hypernetwork.hpp"
#include "golden/gan/golden_files.hpp"
#include "image/quantize.hpp"
#include "render/renderer.hpp"

namespace {

using namespace inr;
namespace fs = std::filesystem;

constexpr test::Tolerance kTolerance{.atol = 1e-5};
constexpr double kTruncation = 0.7;  // of images_truncated

std::optional<base::Safetensors> open_if_there(const fs::path& path) {
  if (!fs::exists(path)) return std::nullopt;
  return base::Safetensors::open(path);
}

/// One folder, with the weights as they are read.
struct Model {
  std::string name;
  base::Safetensors checkpoint, expected;
  std::optional<base::Safetensors> definition;
  model::ModelConfig config;
  model::ThetaLayout layout;
  field::TensorMap weights;

  explicit Model(const fs::path& folder)
      : name("released/" + folder.filename().string()),
        checkpoint(base::Safetensors::open(folder / "imported.safetensors")),
        expected(base::Safetensors::open(folder / "expected.safetensors")),
        definition(open_if_there(folder / "definition.safetensors")),
        config(model::parse_config(base::parse_json(checkpoint.metadata("config"), name), name).model),
        layout(model::theta_layout(config)),
        weights(test::read_set(checkpoint, "ema.")) {}

  [[nodiscard]] at::Tensor want(const std::string& key) const { return test::read_tensor(expected, key); }
  void check(const std::string& key, const at::Tensor& got) const {
    test::check_tensor(name, key, got, want(key), kTolerance);
  }
  [[nodiscard]] at::Tensor draw(const at::Tensor& theta, const model::GridRequest& request) const {
    return field::decode(config, layout, weights, theta, model::plan_grid(config, request));
  }
  /// One image by the fast renderer: [3, H, W].
  [[nodiscard]] at::Tensor draw_fast(const at::Tensor& theta, const model::GridRequest& request) const {
    auto inr_model = std::make_shared<render::InrModel>();
    inr_model->config = config;
    inr_model->layout = layout;
    inr_model->shared = model::load_weights(checkpoint, "ema.", model::shared_tensors(config));
    const auto plan = std::make_shared<const model::GridPlan>(model::plan_grid(config, request));
    const at::Tensor row = theta.contiguous();
    render::Renderer renderer(std::move(inr_model), {row.const_data_ptr<float>(), static_cast<size_t>(row.numel())},
                              plan);
    at::Tensor out = at::empty({plan->height(), plan->width(), 3}, at::kFloat);
    base::WorkerPool pool(2);
    renderer.rows(0, plan->height(), {out.mutable_data_ptr<float>(), static_cast<size_t>(out.numel())}, &pool);
    return out.permute({2, 0, 1});
  }
  [[nodiscard]] at::Tensor native_fast(const at::Tensor& theta) const {
    std::vector<at::Tensor> images;
    for (const at::Tensor& row : theta.unbind(0)) {
      images.push_back(draw_fast(row, {.window = {}, .width = config.resolution, .height = config.resolution}));
    }
    return at::stack(images);
  }
  [[nodiscard]] at::Tensor native(const at::Tensor& theta) const {
    return draw(theta, {.window = {}, .width = config.resolution, .height = config.resolution});
  }
};

std::vector<Model> find_models() {
  std::vector<fs::path> folders;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(test::golden_dir() + "/released", none))
    if (fs::exists(entry.path() / "imported.safetensors")) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  std::vector<Model> models;
  for (const fs::path& folder : folders) models.emplace_back(folder);
  test::require_some(static_cast<int>(models.size()), "released model");
  return models;
}

// At most one level in at most a thousandth of the bytes.
void check_bytes(const Model& golden, const at::Tensor& images) {
  const at::Tensor planar = images.permute({0, 2, 3, 1}).contiguous();
  const auto n = static_cast<size_t>(planar.numel());
  std::vector<uint8_t> got(n);
  image::quantize8({planar.const_data_ptr<float>(), n}, got);
  const auto want = golden.expected.bytes(golden.expected.at("image_u8"));
  BOOST_REQUIRE(want.size() == n);
  size_t n_other = 0;
  int worst = 0;
  for (size_t i = 0; i < n; ++i) {
    const int difference = std::abs(int{got[i]} - std::to_integer<int>(want[i]));
    n_other += difference > 0 ? 1 : 0;
    worst = std::max(worst, difference);
  }
  std::printf("%-28s  %-40s  error %.1e  used %5.1f %%\n", golden.name.c_str(), "image_u8", static_cast<double>(worst),
              1e5 * static_cast<double>(n_other) / static_cast<double>(n));
  BOOST_TEST(worst <= 1, golden.name << ": a byte is " << worst << " levels off");
  BOOST_TEST(n_other * 1000 <= n, golden.name << ": " << n_other << " of " << n << " bytes differ");
}

BOOST_AUTO_TEST_CASE(released_generators_agree_with_the_authors_code) {
  for (const Model& golden : find_models()) {
    const at::Tensor w = gan::hidden(golden.config, golden.weights, golden.want("z"));
    golden.check("w", w);
    const at::Tensor theta = gan::theta(golden.weights, w);
    golden.check("theta", theta);
    const at::Tensor images = golden.native(theta);
    golden.check("images", images);
    check_bytes(golden, images);
    const at::Tensor fast = golden.native_fast(theta);
    test::check_tensor(golden.name, "images, fast", fast, golden.want("images"), kTolerance);
    check_bytes(golden, fast);
    const at::Tensor& mean = golden.weights.at("h_mean");
    const at::Tensor truncated = mean + (w - mean) * kTruncation;
    golden.check("ws_truncated", truncated.unsqueeze(1).expand({-1, golden.want("ws").size(1), -1}));
    golden.check("images_truncated", golden.native(gan::theta(golden.weights, truncated)));
  }
}

BOOST_AUTO_TEST_CASE(released_generators_agree_with_the_definition_off_their_grid) {
  struct View {
    const char* name;
    double height, width;  // in units of the model's resolution
    model::Window window;
  };
  for (const Model& golden : find_models()) {
    if (!golden.definition) continue;
    const at::Tensor z = golden.want("z").narrow(0, 0, 1);
    const at::Tensor theta = gan::theta(golden.weights, gan::hidden(golden.config, golden.weights, z));
    for (const View& view : {View{"superres25_16", 25.0 / 16, 25.0 / 16, {}}, View{"half", 0.5, 0.5, {}},
                             View{"window", 3.0 / 8, 5.0 / 8, {0.25, 0.375, 0.75, 0.625}},
                             View{"outside", 0.75, 0.75, {-0.25, -0.25, 1.25, 1.25}}}) {
      const auto pixels = [&](double share) {
        return static_cast<int64_t>(share * static_cast<double>(golden.config.resolution));
      };
      const model::GridRequest request{view.window, pixels(view.width), pixels(view.height)};
      test::check_tensor(golden.name, view.name, golden.draw(theta, request)[0],
                         test::read_tensor(*golden.definition, view.name), kTolerance);
      test::check_tensor(golden.name, std::string(view.name) + ", fast", golden.draw_fast(theta[0], request),
                         test::read_tensor(*golden.definition, view.name), kTolerance);
    }
  }
}

// "act.b16.conv0": what the module of block 2 (resolutions 4, 8, 16 ..) gives for latent 0.
BOOST_AUTO_TEST_CASE(released_layers_agree_with_the_authors_code) {
  int n_checked = 0;
  for (const Model& golden : find_models()) {
    if (!test::has_tensor(golden.expected, "act.")) continue;
    const at::Tensor theta = golden.want("theta").narrow(0, 0, 1);
    auto blocks = field::decoders::make_released_blocks(golden.config, golden.layout, golden.weights, theta);
    const field::decoders::ReleasedMaps maps =
        field::decoders::evaluate_own_grids(golden.config, blocks, blocks.size(), true);
    for (const base::TensorInfo& info : golden.expected.tensors()) {
      if (!info.name.starts_with("act.b")) continue;
      const size_t dot = info.name.find('.', 5);
      const std::string module = info.name.substr(dot + 1);
      size_t k = 0;
      for (int resolution = std::stoi(info.name.substr(5)); resolution > 4; resolution /= 2) ++k;
      const int64_t r = golden.config.blocks.at(k).resolution;
      const auto check = [&](const at::Tensor& points) {  // [1, R R, C]
        golden.check(info.name, points[0].t().reshape({-1, r, r}));
        ++n_checked;
      };
      if (module == "img") {
        check(maps.images.at(k));
      } else if (module == "torgb") {
        check(at::baddbmm(blocks[k].rgb.bias, maps.features.at(k).back(), blocks[k].rgb.x));
      } else if (module.ends_with("coord_fuser")) {
        const at::Tensor q = at::arange(r, at::kDouble) / r;
        const at::Tensor grid = at::stack({q.repeat({r}), q.repeat_interleave(r)}, 1);
        check(field::decoders::released_features(blocks[k], grid).unsqueeze(0));
      } else if (module.starts_with("conv")) {  // the lowest block has no conv0
        check(maps.features.at(k).at(static_cast<size_t>(module.back() - '0') - (k == 0 ? 1 : 0)));
      } else {
        BOOST_ERROR(golden.name << ": " << info.name << " is no module that is known here");
      }
    }
  }
  test::require_some(n_checked, "activation of a released model");
}

}  // namespace
