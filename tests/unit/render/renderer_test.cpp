// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The renderer against itself: bands, threads and windows must not matter, by any back end. (Against the reference:
// backends_test.cpp; the reference against whole images through autograd: unit_field.)
#include "render/renderer.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <vector>

#include "base/error.hpp"
#include "support/reference_values.hpp"
#include "support/small_models.hpp"
#include "support/test.hpp"

using namespace inr;

namespace {

struct Case {
  model::ModelConfig config;
  model::GridRequest request;
};

std::vector<Case> cases() {
  const model::ModelConfig concat = test::small_model();
  const model::ModelConfig split = test::small_model(model::Join::kSplit);
  const model::ModelConfig smooth = test::small_model(model::Join::kConcat, 0);
  const model::ModelConfig single = test::small_decoder(model::Decoder::kFmm);
  const model::ModelConfig fourier = test::small_decoder(model::Decoder::kFourier);
  const model::ModelConfig hyper = test::small_decoder(model::Decoder::kHyper);
  const model::ModelConfig latent = test::small_decoder(model::Decoder::kLatent);
  const model::ModelConfig released = test::small_released();
  const model::ModelConfig blurred = test::small_released(model::Upsampling::kBilinear);
  const model::ModelConfig normed = test::small_released(model::Upsampling::kNearest, true);
  const model::ModelConfig both = test::small_released(model::Upsampling::kBilinear, true);
  model::ModelConfig one_rgb = split;
  one_rgb.blocks[0].rgb = false;
  const model::Window inside{0.1, 0.25, 0.73, 0.6};
  const model::Window beyond{-0.3, -0.2, 1.3, 1.1};
  return {{concat, {{}, 0, 0}},
          {concat, {{}, 16, 16}},
          {concat, {{}, 67, 41}},
          {concat, {{}, 5, 9}},
          {concat, {inside, 50, 33}},
          {concat, {beyond, 0, 0}},
          {concat, {beyond, 40, 40, model::Cells::kTraining}},
          {split, {{}, 64, 64}},
          {split, {inside, 71, 20}},
          {smooth, {{}, 80, 80}},
          {smooth, {beyond, 33, 57}},
          {concat, {{}, 48, 48, model::Cells::kDensity, 0}},
          {one_rgb, {{}, 37, 64}},
          {single, {{}, 90, 31}},
          {fourier, {{}, 41, 55}},
          {hyper, {{}, 70, 45}},
          {hyper, {inside, 61, 17}},
          {latent, {{}, 70, 45}},
          {latent, {inside, 61, 17}},
          {latent, {beyond, 0, 0}},
          {released, {{}, 71, 48}},
          {released, {beyond, 33, 57}},
          {blurred, {{}, 71, 48}},
          {blurred, {inside, 50, 33}},
          {normed, {{}, 71, 48}},
          {both, {{}, 90, 31}},
          {both, {beyond, 40, 40, model::Cells::kTraining}}};
}

std::vector<float> draw(const Case& c, int64_t n_rows, base::WorkerPool& pool, bool inside_one = true,
                        const render::RenderOptions& options = {}) {
  const auto plan = std::make_shared<const model::GridPlan>(plan_grid(c.config, c.request));
  const auto inr_model = test::make_small_model(c.config);
  std::vector<float> out(static_cast<size_t>(plan->width() * plan->height() * 3));
  const auto all = [&](base::WorkerPool* shared) {
    render::Renderer renderer(inr_model, test::random_theta(c.config, 3), plan, options);
    for (int64_t y = 0; y < plan->height(); y += n_rows) {
      const int64_t n = std::min(n_rows, plan->height() - y);
      const auto at = static_cast<size_t>(y * plan->width() * 3);
      renderer.rows(y, n, std::span(out).subspan(at, static_cast<size_t>(n * plan->width() * 3)), shared);
    }
  };
  if (inside_one) {
    all(&pool);
  } else {
    pool.run(1, [&](int64_t) { all(nullptr); });
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(renderer_equals_the_reference) {
  base::WorkerPool pool(1);
  double spread = 0;
  for (size_t i = 0; i < cases().size(); ++i) {
    const Case c = cases()[i];
    const std::vector<double> want = test::reference_values(
        *test::make_small_model(c.config), test::random_theta(c.config, 3), plan_grid(c.config, c.request));
    const std::vector<float> got = draw(c, 1 << 20, pool);
    BOOST_TEST_CONTEXT("case " << i) {
      // float32 rounding in a few layers.
      BOOST_TEST(test::worst_ratio(std::span<const float>(got), std::span<const double>(want), 1e-6, 1e-6) <= 1.0);
    }
    const auto [low, high] = std::ranges::minmax(want);
    spread = std::max(spread, high - low);
  }
  BOOST_TEST(spread > 0.5);  // the functions are not constant
}

BOOST_AUTO_TEST_CASE(bands_and_threads_give_the_same_bytes) {
  for (size_t i = 0; i < cases().size(); ++i) {
    const Case c = cases()[i];
    base::WorkerPool one(1);
    const std::vector<float> want = draw(c, 1 << 20, one);
    const std::vector<float> by_reference = draw(c, 1 << 20, one, true, {{render::kReference, {}}});
    for (const int n_threads : {1, 2, 3}) {
      base::WorkerPool pool(n_threads);
      BOOST_TEST(pool.size() == n_threads);
      BOOST_TEST((draw(c, 9, pool, true, {{render::kReference, {}}}) == by_reference));
      for (const int64_t n_rows : {1, 7, 1 << 20}) {
        BOOST_TEST_CONTEXT("case " << i << ", " << n_threads << " threads, bands of " << n_rows) {
          BOOST_TEST((draw(c, n_rows, pool) == want));
        }
      }
      BOOST_TEST((draw(c, 5, pool, false) == want));  // as one of many images
    }
  }
}

BOOST_AUTO_TEST_CASE(checking_draws_by_both) {
  base::WorkerPool pool(2);
  std::atomic<double> worst = 0;
  for (const Case& c : cases()) {
    const std::vector<float> got = draw(c, 7, pool, true, {{render::kCpu, render::kReference}, &worst});
    BOOST_TEST((got == draw(c, 7, pool)));
  }
  BOOST_TEST(worst.load() > 0);
  BOOST_TEST(worst.load() < 2e-6);
}

BOOST_AUTO_TEST_CASE(rows_may_be_left_out) {
  const Case c{test::small_model(), {{}, 50, 64}};
  base::WorkerPool pool(2);
  const std::vector<float> whole = draw(c, 64, pool);
  const auto plan = std::make_shared<const model::GridPlan>(plan_grid(c.config, c.request));
  render::Renderer renderer(test::make_small_model(c.config), test::random_theta(c.config, 3), plan);
  std::vector<float> part(50 * 3 * 4);
  for (const int64_t first : {3, 30, 60}) {
    renderer.rows(first, 4, part, &pool);
    BOOST_TEST((std::equal(part.begin(), part.end(), whole.begin() + first * 150)));
  }
}

BOOST_AUTO_TEST_CASE(window_between_pixels_equals_the_cut) {
  base::WorkerPool pool(1);
  std::vector<model::ModelConfig> configs = {test::small_model(model::Join::kConcat, 0)};
  for (const model::DecoderRow& row : model::decoder_rows()) configs.push_back(test::small_decoder(row.decoder));
  for (const model::ModelConfig& config : configs) {
    const std::vector<float> whole = draw({config, {{}, 64, 48}}, 48, pool);
    // Pixels 10 .. 40 of 64, 5 .. 38 of 48, shifted by less than a pixel: the cells are the same, since a density of 64
    // is a multiple of that of training.
    const model::Window window{10.0 / 64, 5.0 / 48, 40.0 / 64, 38.0 / 48};
    const std::vector<float> part = draw({config, {window, 30, 33}}, 33, pool);
    double worst = 0;
    for (int64_t y = 0; y < 33; ++y) {
      for (int64_t x = 0; x < 90; ++x) {
        const double want = whole[static_cast<size_t>((y + 5) * 192 + 30 + x)];
        worst = std::max(worst, std::abs(want - static_cast<double>(part[static_cast<size_t>(y * 90 + x)])));
      }
    }
    BOOST_TEST(worst <= 2e-5);
  }
}

BOOST_AUTO_TEST_CASE(model_and_parameters_must_agree) {
  const model::ModelConfig config = test::small_model();
  const int64_t n_theta = model::theta_layout(config).n_theta;
  BOOST_CHECK_THROW(render::make_model(config, test::small_shared(config), n_theta + 1), base::DataError);
  model::ModelConfig wider = config;
  wider.blocks[1].width = 11;
  BOOST_CHECK_THROW(render::make_model(wider, test::small_shared(config), model::theta_layout(wider).n_theta),
                    base::DataError);
}

BOOST_AUTO_TEST_CASE(band_bytes_grow_with_rows) {
  const model::ModelConfig config = test::small_model();
  const auto inr_model = test::make_small_model(config);
  const model::GridPlan plan = plan_grid(config, {{}, 300, 200});
  int64_t before = 0;
  for (int64_t n_rows = 1; n_rows <= 200; ++n_rows) {
    const int64_t bytes = render::Renderer::band_bytes(*inr_model, plan, n_rows);
    BOOST_TEST(bytes >= before + 300 * 3 * 4 * (n_rows > 1 ? 1 : 0));
    before = bytes;
  }
  BOOST_TEST(render::Renderer::fixed_bytes(*inr_model, plan, 1) > 0);
}
