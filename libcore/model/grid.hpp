// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Windows, cells and grids: which cells of each block a request needs, and which pixel shows which cell (model.md,
// section 2, Grids).
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "model/config.hpp"

namespace inr::model {

/// [x0, x1) x [y0, y1) in image units: the image is [0, 1)^2, x to the right, y downwards.
struct Window {
  double x0 = 0, y0 = 0, x1 = 1, y1 = 1;
  bool operator==(const Window&) const = default;
};

/// "x0,y0,x1,y1". Throws UsageError (not four numbers, empty, not finite, beyond 1e6).
Window parse_window(std::string_view text);

enum class Cells { kDensity, kTraining };

/// What is to be drawn.
struct GridRequest {
  Window window;
  int64_t width = 0, height = 0;  // pixels; 0 = the density of training, then cells = kTraining
  Cells cells = Cells::kDensity;
  int64_t upsample_from = -1;  // -1 = the configuration's
};

/// One axis. For block k (0 = coarsest): the distinct cells in ascending order, and for each of them the index of its
/// parent in block k - 1. pixel[j] = index into the cells of the last block.
struct AxisPlan {
  std::vector<double> resolution;            // R_k on this axis, may be fractional
  std::vector<std::vector<int64_t>> cells;   // [K][n_k]
  std::vector<std::vector<int32_t>> parent;  // [K][n_k]; empty for k = 0
  std::vector<int32_t> pixel;                // [pixels]
};

struct GridPlan {
  AxisPlan x, y;
  [[nodiscard]] int64_t width() const noexcept { return static_cast<int64_t>(x.pixel.size()); }
  [[nodiscard]] int64_t height() const noexcept { return static_cast<int64_t>(y.pixel.size()); }
};

/// Cells as floor(t + 1e-6) in double. Throws UsageError (size below 1 or above 2^20 per side, upsample_from out of
/// range).
GridPlan plan_grid(const ModelConfig& config, const GridRequest& request);

}  // namespace inr::model
