// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Grids of a window (model.md, section 2, Grids). Along an axis the cells never decrease from pixel to pixel, and
// neither do the parents from cell to cell, so one pass finds the distinct ones: cost is linear in the pixels, with no
// sort and no map.
#include "model/grid.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/error.hpp"

namespace inr::model {
namespace {

using base::UsageError;

constexpr double kEdge = 1e-6;  // in cells: a point this close below an edge lies on the edge
constexpr double kMaxCoordinate = 1e6;
constexpr int64_t kMaxSize = int64_t{1} << 20;
// Cell numbers stay exact in double, with enough bits left below the point for kEdge to mean something.
constexpr double kMaxCell = 0x1p32;

std::string text(double value) {
  std::array<char, 32> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

std::string text(const Window& window) {
  return text(window.x0) + "," + text(window.y0) + "," + text(window.x1) + "," + text(window.y1);
}

int64_t cell(double t) noexcept { return static_cast<int64_t>(std::floor(t + kEdge)); }

void check_window(const Window& window) {
  for (const double value : {window.x0, window.y0, window.x1, window.y1}) {
    if (!(std::abs(value) <= kMaxCoordinate)) {
      throw UsageError("window " + text(window) + ": coordinates go from -1e6 to 1e6; the image itself is 0,0,1,1");
    }
  }
  if (!(window.x0 < window.x1 && window.y0 < window.y1)) {
    throw UsageError("window " + text(window) + " is empty; give x0,y0,x1,y1 with x0 < x1 and y0 < y1");
  }
}

// Appends value to cells unless it is the last one already; returns its index.
int32_t index_of(std::vector<int64_t>& cells, int64_t value) {
  if (cells.empty() || cells.back() != value) cells.push_back(value);
  return static_cast<int32_t>(cells.size() - 1);
}

AxisPlan plan_axis(double low, double high, int64_t n, std::vector<double> resolution) {
  const size_t n_blocks = resolution.size();
  const double finest = resolution.back();
  if (std::max(std::abs(low), std::abs(high)) * finest > kMaxCell) {
    throw UsageError(
        "window from " + text(low) + " to " + text(high) + " at " + std::to_string(n) +
        " pixels is too fine: neighbouring points would be equal; ask for fewer pixels or a larger window");
  }
  AxisPlan plan;
  plan.cells.resize(n_blocks);
  plan.parent.resize(n_blocks);
  plan.pixel.resize(static_cast<size_t>(n));
  const double count = static_cast<double>(n);
  for (int64_t j = 0; j < n; ++j) {
    const double p = low + static_cast<double>(j) * (high - low) / count;
    plan.pixel[static_cast<size_t>(j)] = index_of(plan.cells[n_blocks - 1], cell(p * finest));
  }
  for (size_t k = n_blocks - 1; k > 0; --k) {
    const double ratio = resolution[k - 1] / resolution[k];
    plan.parent[k].reserve(plan.cells[k].size());
    for (const int64_t c : plan.cells[k]) {
      // The coarser cell of a cell is that of its corner.
      plan.parent[k].push_back(index_of(plan.cells[k - 1], cell(static_cast<double>(c) * ratio)));
    }
  }
  plan.resolution = std::move(resolution);
  return plan;
}

std::vector<double> scaled_resolutions(const ModelConfig& config, double scale, int64_t upsample_from) {
  std::vector<double> resolution;
  for (size_t k = 0; k < config.blocks.size(); ++k) {
    // Sparser than training: every block gets sparser. Denser: the blocks from upsample_from on.
    const bool scaled = scale < 1 || static_cast<int64_t>(k) >= upsample_from;
    resolution.push_back(static_cast<double>(config.blocks[k].resolution) * (scaled ? scale : 1.0));
  }
  return resolution;
}

int64_t training_size(double low, double high, int64_t resolution, const char* axis) {
  const double size = std::round((high - low) * static_cast<double>(resolution));
  if (size < 1 || size > static_cast<double>(kMaxSize)) {
    throw UsageError("window from " + text(low) + " to " + text(high) + " in " + axis + " is " + text(size) +
                     " pixels at the density of training; give a size, or a window of 1 to 1048576 pixels");
  }
  return static_cast<int64_t>(size);
}

void check_size(int64_t size) {
  if (size < 1 || size > kMaxSize) {
    throw UsageError("size " + std::to_string(size) + " is outside 1 to 1048576 pixels per side");
  }
}

}  // namespace

Window parse_window(std::string_view argument) {
  const std::string fault = "window '" + base::printable(argument, 60) + "' is not four numbers x0,y0,x1,y1";
  std::array<double, 4> values{};
  const char* at = argument.data();
  const char* const end = at + argument.size();
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0 && (at == end || *at++ != ',')) throw UsageError(fault);
    const auto [stop, error] = std::from_chars(at, end, values[i]);
    if (error != std::errc() || !std::isfinite(values[i])) throw UsageError(fault);
    at = stop;
  }
  if (at != end) throw UsageError(fault);
  const Window window{values[0], values[1], values[2], values[3]};
  check_window(window);
  return window;
}

GridPlan plan_grid(const ModelConfig& config, const GridRequest& request) {
  const Window& window = request.window;
  check_window(window);
  const auto n_blocks = static_cast<int64_t>(config.blocks.size());
  const int64_t upsample_from = request.upsample_from < 0 ? config.upsample_from : request.upsample_from;
  if (request.upsample_from < -1 || upsample_from >= n_blocks) {
    throw UsageError("upsample-from " + std::to_string(request.upsample_from) + " is not a block; the model has 0 to " +
                     std::to_string(n_blocks - 1));
  }
  if (config.upsampling == Upsampling::kBilinear && upsample_from + 1 != n_blocks) {
    throw UsageError("upsample-from " + std::to_string(request.upsample_from) +
                     ": the blocks of this model meet by interpolation (bilinear), so only the last one, " +
                     std::to_string(n_blocks - 1) + ", can be made denser");
  }
  const bool by_training = request.width == 0 && request.height == 0;
  const int64_t width = by_training ? training_size(window.x0, window.x1, config.resolution, "x") : request.width;
  const int64_t height = by_training ? training_size(window.y0, window.y1, config.resolution, "y") : request.height;
  check_size(width);
  check_size(height);
  const auto axis = [&](double low, double high, int64_t n) {
    const bool density = request.cells == Cells::kDensity && !by_training;
    const double scale = density ? static_cast<double>(n) / (high - low) / static_cast<double>(config.resolution) : 1.0;
    return plan_axis(low, high, n, scaled_resolutions(config, scale, upsample_from));
  };
  return {axis(window.x0, window.x1, width), axis(window.y0, window.y1, height)};
}

}  // namespace inr::model
