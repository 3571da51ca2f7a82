// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Every window of the goldens: the resolutions of the plan are those listed, bit for bit, and every pixel lies in its
// cell.
#include <algorithm>

#include "base/safetensors.hpp"
#include "model/config.hpp"
#include "model/grid.hpp"
#include "support/test.hpp"

namespace {

using inr::base::Json;
using inr::base::parse_json;
using inr::base::Safetensors;
using namespace inr::model;

GridRequest request_of(const Json& window) {
  GridRequest request;
  const auto corners = window.at("window").get<std::vector<double>>();
  const auto size = window.at("size").get<std::vector<int64_t>>();
  request.window = {corners.at(0), corners.at(1), corners.at(2), corners.at(3)};
  request.width = size.at(0);
  request.height = size.at(1);
  request.cells = window.at("grid") == "training" ? Cells::kTraining : Cells::kDensity;
  request.upsample_from = window.at("upsample_from").get<int64_t>();
  return request;
}

// Each pixel's point lies in its cell of the last block, each cell's corner in its parent, up to the margin of an edge.
void check_cells(const AxisPlan& axis, double low, double high) {
  const size_t last = axis.cells.size() - 1;
  const double n = static_cast<double>(axis.pixel.size());
  for (size_t j = 0; j < axis.pixel.size(); ++j) {
    const double point = (low + static_cast<double>(j) * (high - low) / n) * axis.resolution[last];
    const double inside = point - static_cast<double>(axis.cells[last].at(static_cast<size_t>(axis.pixel[j])));
    BOOST_TEST((inside > -2e-6 && inside < 1));
  }
  for (size_t k = 1; k <= last; ++k) {
    for (size_t i = 0; i < axis.cells[k].size(); ++i) {
      const double corner = static_cast<double>(axis.cells[k][i]) / axis.resolution[k] * axis.resolution[k - 1];
      const int64_t parent = axis.cells[k - 1].at(static_cast<size_t>(axis.parent[k].at(i)));
      const double inside = corner - static_cast<double>(parent);
      BOOST_TEST((inside > -2e-6 && inside < 1));
    }
  }
}

BOOST_AUTO_TEST_SUITE(windows)

BOOST_AUTO_TEST_CASE(have_the_listed_resolutions) {
  size_t n_windows = 0;
  for (const auto& entry : std::filesystem::directory_iterator(inr::test::golden_dir() + "/model")) {
    const std::string path = entry.path().string();
    if (!path.ends_with(".safetensors")) continue;
    const std::string listed = Safetensors::open(path).metadata("windows");
    if (listed.empty()) continue;
    const std::string stem = path.substr(0, path.find('.', path.rfind('/')));
    const Safetensors checkpoint = Safetensors::open(stem + ".safetensors");
    const Config config = parse_config(parse_json(checkpoint.metadata("config"), path), path);
    for (const Json& window : parse_json(listed, path)) {
      BOOST_TEST_CONTEXT(path << " " << window.at("name").get<std::string>()) {
        const GridRequest request = request_of(window);
        const GridPlan plan = plan_grid(config.model, request);
        BOOST_TEST(plan.width() == request.width);
        BOOST_TEST(plan.height() == request.height);
        BOOST_TEST(plan.x.resolution == window.at("resolutions_x").get<std::vector<double>>(),
                   boost::test_tools::per_element());
        BOOST_TEST(plan.y.resolution == window.at("resolutions_y").get<std::vector<double>>(),
                   boost::test_tools::per_element());
        check_cells(plan.x, request.window.x0, request.window.x1);
        check_cells(plan.y, request.window.y0, request.window.y1);
        ++n_windows;
      }
    }
  }
  BOOST_TEST(n_windows > 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
