// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Which grids a picture is evaluated on.
#include <algorithm>
#include <numeric>

#include "render/fast_renderer.hpp"

namespace inr::render {
namespace {

using kernels::kPanel;

std::vector<double> positions(const model::AxisPlan& axis, size_t k) {
  std::vector<double> out;
  out.reserve(axis.cells[k].size());
  for (const int64_t cell : axis.cells[k]) out.push_back(static_cast<double>(cell) / axis.resolution[k]);
  return out;
}

std::vector<double> shifted(std::vector<double> values, double scale, double shift) {
  for (double& value : values) value = scale * value + shift;
  return values;
}

}  // namespace

/// The picture's cells, but with bilinear `up` the whole own grid below the last block.
void FastRenderer::prepare(const ForEach& for_each) {
  weights_ = make_weights(config_, layout_, shared_, theta_, operations_, for_each);
  std::vector<float>().swap(theta_);
  const size_t n = weights_.blocks.size();
  const bool bilinear = config_.upsampling == model::Upsampling::kBilinear;
  pixel_x_ = plan_.x.pixel;
  pixel_y_ = plan_.y.pixel;
  if (config_.instance_norm) {
    normalise(for_each);
    if (cut_from_own_grid()) return;
    grids_.erase(grids_.begin() + (bilinear ? static_cast<std::ptrdiff_t>(n) - 1 : 0), grids_.end());
  }
  for (size_t k = grids_.size(); k < n; ++k) {
    add_grid(k, bilinear && k + 1 < n ? own_grid(k) : planned_grid(k), for_each);
    make_products(k, for_each);
  }
}

Grid FastRenderer::own_grid(size_t k) const {
  const int64_t resolution = config_.blocks[k].resolution;
  Grid grid(own_positions(resolution), own_positions(resolution));
  if (k == 0) return grid;
  const int64_t below = config_.blocks[k - 1].resolution;
  grid.below = config_.upsampling == model::Upsampling::kBilinear ? bilinear_below(grid, resolution, below)
                                                                  : nearest_below(grid, below);
  return grid;
}

Grid FastRenderer::planned_grid(size_t k) const {
  Grid grid(positions(plan_.x, k), positions(plan_.y, k));
  if (k == 0) return grid;
  if (config_.upsampling == model::Upsampling::kBilinear) {
    grid.below = bilinear_below(grid, config_.blocks[k].resolution, config_.blocks[k - 1].resolution);
  } else {
    grid.below = {padded_to_panels(plan_.x.parent[k]), plan_.y.parent[k], {}, {}};
  }
  return grid;
}

void FastRenderer::add_grid(size_t k, Grid grid, const ForEach& for_each) {
  const Block& block = weights_.blocks[k];
  grid.has_rgb = !block.rgb.x.empty() || (k > 0 && grids_[k - 1].has_rgb);
  if (grid.below.interpolated()) {
    grid.in_order.resize(static_cast<size_t>(std::min(panels_across(block.width), grid.panels) * kPanel));
    std::iota(grid.in_order.begin(), grid.in_order.end(), 0);
  }
  if (!block.stored.x.empty()) grid.stored = stored_below(grid, block.stored.resolution);
  grid.term = CoordinateTerm(block, shifted(grid.x, block.scale, block.shift_x),
                             shifted(grid.y, block.scale, block.shift_y), operations_, for_each);
  grids_.push_back(std::move(grid));
}

/// Where rows have pairs of panels, and there are enough rows to repay the sums of weights.
void FastRenderer::make_products(size_t k, const ForEach& for_each) {
  constexpr int64_t kLeastPairs = 16;
  const Grid& grid = grids_[k];
  Block& block = weights_.blocks[k];
  if (panels_across(block.width) < 2 || grid.panels / 2 * grid.height < kLeastPairs) return;
  const auto make = [&](const Matrix& x, SevenProducts& products) {
    if (SevenProducts::pay(x.rows, x.columns)) products = SevenProducts(x, for_each);
  };
  for (Layer& layer : block.layers) make(layer.x, layer.x_products);
  make(block.next.x, block.next.x_products);
}

}  // namespace inr::render
