// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Windows and grids: nesting, densities, invariance under tiling, edges written in decimals, limits.
#include "model/grid.hpp"

#include <algorithm>
#include <chrono>

#include "base/error.hpp"
#include "model/presets.hpp"
#include "support/test.hpp"

namespace {

using inr::base::UsageError;
using namespace inr::model;

ModelConfig tiny() { return find_preset("tiny32").config.model; }

ModelConfig with_last_block_upsampled() {
  ModelConfig config = tiny();
  config.upsample_from = 1;
  return config;
}

// The cells each pixel sees, coarse to fine: what the indices of a plan stand for.
std::vector<std::vector<int64_t>> cells_of_pixels(const AxisPlan& axis) {
  std::vector<std::vector<int64_t>> out;
  for (const int32_t pixel : axis.pixel) {
    std::vector<int64_t> cells(axis.cells.size());
    auto index = static_cast<size_t>(pixel);
    for (size_t k = cells.size(); k-- > 0;) {
      cells[k] = axis.cells[k].at(index);
      if (k > 0) index = static_cast<size_t>(axis.parent[k].at(index));
    }
    out.push_back(std::move(cells));
  }
  return out;
}

void check_well_formed(const AxisPlan& axis) {
  BOOST_TEST(axis.parent[0].empty());
  for (size_t k = 0; k < axis.cells.size(); ++k) {
    for (size_t i = 1; i < axis.cells[k].size(); ++i) BOOST_REQUIRE_LT(axis.cells[k][i - 1], axis.cells[k][i]);
    if (k == 0) continue;
    BOOST_REQUIRE_EQUAL(axis.parent[k].size(), axis.cells[k].size());
    std::vector<bool> used(axis.cells[k - 1].size(), false);
    for (const int32_t parent : axis.parent[k]) used.at(static_cast<size_t>(parent)) = true;
    BOOST_TEST((std::find(used.begin(), used.end(), false) == used.end()));  // no cell is computed in vain
  }
}

BOOST_AUTO_TEST_SUITE(grid)

BOOST_AUTO_TEST_CASE(the_image_itself) {
  const GridPlan plan = plan_grid(tiny(), {.window = {}, .width = 32, .height = 32});
  BOOST_TEST(plan.width() == 32);
  BOOST_TEST(plan.height() == 32);
  BOOST_TEST(plan.x.cells[0].size() == 16U);
  BOOST_TEST(plan.x.cells[1].size() == 32U);
  for (int32_t j = 0; j < 32; ++j) {
    BOOST_TEST(plan.x.pixel[static_cast<size_t>(j)] == j);
    BOOST_TEST(plan.x.cells[1][static_cast<size_t>(j)] == j);
    BOOST_TEST(plan.x.parent[1][static_cast<size_t>(j)] == j / 2);
  }
}

BOOST_AUTO_TEST_CASE(well_formed_at_many_sizes_and_windows) {
  for (const int64_t size : {1, 2, 7, 31, 33, 100, 257}) {
    for (const Window& window : {Window{}, Window{-0.3, 0.1, 1.3, 0.2}, Window{5, -7, 5.01, -3}}) {
      for (const Cells cells : {Cells::kDensity, Cells::kTraining}) {
        for (const int64_t from : {0, 1}) {
          const GridPlan plan = plan_grid(tiny(), {window, size, size + 3, cells, from});
          check_well_formed(plan.x);
          check_well_formed(plan.y);
          BOOST_TEST(plan.width() == size);
          BOOST_TEST(plan.height() == size + 3);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(density_scales_the_blocks) {
  const auto resolutions = [](const ModelConfig& config, int64_t size) {
    return plan_grid(config, {.window = {}, .width = size, .height = size}).x.resolution;
  };
  BOOST_TEST((resolutions(with_last_block_upsampled(), 128) == std::vector<double>{16, 128}));
  BOOST_TEST((resolutions(tiny(), 128) == std::vector<double>{64, 128}));
  BOOST_TEST((resolutions(with_last_block_upsampled(), 8) == std::vector<double>{4, 8}));
  const GridPlan wide = plan_grid(with_last_block_upsampled(), {.window = {}, .width = 64, .height = 16});
  BOOST_TEST((wide.x.resolution == std::vector<double>{16, 64}));
  BOOST_TEST((wide.y.resolution == std::vector<double>{8, 16}));
}

BOOST_AUTO_TEST_CASE(without_a_size_the_density_of_training) {
  GridRequest request{.window = {-0.3, -0.3, 1.3, 1.3}, .width = 0, .height = 0};
  const ModelConfig lsun = find_preset("lsun256").config.model;
  const GridPlan plan = plan_grid(lsun, request);
  BOOST_TEST(plan.width() == 410);  // model.md's own example
  BOOST_TEST((plan.x.resolution == std::vector<double>{128, 256}));
}

BOOST_AUTO_TEST_CASE(training_cells_repeat_under_dense_pixels) {
  const GridPlan plan = plan_grid(tiny(), {.window = {}, .width = 128, .height = 128, .cells = Cells::kTraining});
  BOOST_TEST(plan.x.cells[1].size() == 32U);
  for (size_t j = 0; j < 128; ++j) BOOST_TEST(plan.x.pixel[j] == static_cast<int32_t>(j / 4));
}

BOOST_AUTO_TEST_CASE(a_tile_sees_the_cells_of_the_whole) {
  for (const int64_t size : {32, 64, 96}) {
    const auto whole = cells_of_pixels(plan_grid(tiny(), {.window = {}, .width = size, .height = size}).x);
    for (const int64_t tile : {1, 3, 16}) {
      for (int64_t at = 0; at + tile <= size; at += tile) {
        const double n = static_cast<double>(size);
        const Window window{static_cast<double>(at) / n, 0, static_cast<double>(at + tile) / n, 1};
        const auto part = cells_of_pixels(plan_grid(tiny(), {.window = window, .width = tile, .height = size}).x);
        BOOST_REQUIRE((part == std::vector(whole.begin() + at, whole.begin() + at + tile)));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_point_written_in_decimals_begins_its_cell) {
  // 0.1 + j / 320 in double is below 29 / 32 and others by one rounding: without the margin those fall a cell short.
  const GridPlan plan =
      plan_grid(tiny(), {.window = {0.1, 0.1, 0.9, 0.9}, .width = 256, .height = 256, .cells = Cells::kTraining});
  for (int64_t j = 0; j < 256; ++j) {
    const int64_t exact = (32 + j) / 10;  // floor((0.1 + j / 320) * 32)
    BOOST_TEST(plan.x.cells[1][static_cast<size_t>(plan.x.pixel[static_cast<size_t>(j)])] == exact);
  }
}

BOOST_AUTO_TEST_CASE(outside_the_image_cells_are_negative) {
  const GridPlan plan = plan_grid(tiny(), {.window = {-1, -1, 0, 0}, .width = 32, .height = 32});
  BOOST_TEST(plan.x.cells[1].front() == -32);
  BOOST_TEST(plan.x.cells[1].back() == -1);
  BOOST_TEST(plan.x.cells[0].front() == -16);
  BOOST_TEST(plan.x.cells[0].back() == -1);
}

BOOST_AUTO_TEST_CASE(the_largest_picture_is_planned_at_once) {
  const auto start = std::chrono::steady_clock::now();
  const GridPlan plan = plan_grid(tiny(), {.window = {}, .width = 1 << 20, .height = 1 << 20});
  BOOST_TEST(plan.x.cells[1].size() == size_t{1} << 20);
  BOOST_TEST(plan.x.cells[0].size() == size_t{1} << 19);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  BOOST_TEST(seconds.count() < 5.0);  // a plan that is not linear takes minutes
}

BOOST_AUTO_TEST_CASE(limits) {
  const auto refused = [](const GridRequest& request) { BOOST_CHECK_THROW(plan_grid(tiny(), request), UsageError); };
  refused({.window = {}, .width = 0, .height = 8});
  refused({.window = {}, .width = -1, .height = -1});
  refused({.window = {}, .width = (1 << 20) + 1, .height = 1});
  refused({.window = {}, .width = 8, .height = 8, .upsample_from = 2});
  refused({.window = {}, .width = 8, .height = 8, .upsample_from = -2});
  refused({.window = {0, 0, 0, 1}, .width = 8, .height = 8});
  refused({.window = {0, 0, std::nan(""), 1}, .width = 8, .height = 8});
  refused({.window = {0, 0, 1e7, 1}, .width = 8, .height = 8});
  refused({.window = {1e6 - 1e-9, 0, 1e6, 1}, .width = 8, .height = 8});  // finer than numbers can tell
  refused({.window = {0, 0, 1e-5, 1e-5}});                                // less than a pixel of training
  refused({.window = {0, 0, 1e6, 1e6}});                                  // more than 2^20 of them
  ModelConfig blurred = tiny();                                           // what is interpolated keeps its grid
  blurred.upsampling = Upsampling::kBilinear;
  BOOST_CHECK_THROW(plan_grid(blurred, {.window = {}, .width = 8, .height = 8, .upsample_from = 0}), UsageError);
}

BOOST_AUTO_TEST_CASE(windows_are_read_strictly) {
  BOOST_TEST((parse_window("0,0,1,1") == Window{}));
  BOOST_TEST((parse_window("-0.3,1e-3,1.3,.5") == Window{-0.3, 1e-3, 1.3, 0.5}));
  for (const char* text : {"", "0,0,1", "0,0,1,1,", "0,0,1,1,1", "a,0,1,1", "0,,1,1", "0,0,1,1x", "nan,0,1,1",
                           "0,0,inf,1", "1,0,0,1", "0,0,0,1", "0,0,2e6,1", " 0,0,1,1"}) {
    BOOST_CHECK_THROW(parse_window(text), UsageError);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
