// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What a fast renderer will hold, told before it is made.
#include <algorithm>
#include <cmath>

#include "render/fast_renderer.hpp"

namespace inr::render {
namespace {

using kernels::kPanel;
using kernels::kStrip;

constexpr int64_t kPieceRows = 4;
constexpr int64_t kFloat = sizeof(float);

/// The grid of block k, as far as its size goes.
struct Extent {
  int64_t columns = 0, rows = 0;
  double span_x = 0, span_y = 0;
  [[nodiscard]] int64_t stride() const { return kernels::n_panels(columns) * kPanel + kernels::kOverread; }
};

Extent own_extent(const model::ModelConfig& config, size_t k) {
  const int64_t own = config.blocks[k].resolution;
  const double span = static_cast<double>(own - 1) / static_cast<double>(own);
  return {own, own, span, span};
}

/// What is interpolated by the block above is whole.
bool is_whole(const model::ModelConfig& config, size_t k) {
  return config.upsampling == model::Upsampling::kBilinear && k + 1 < config.blocks.size();
}

/// Of the grid that the picture is drawn on.
Extent extent_of(const model::ModelConfig& config, const model::GridPlan& plan, size_t k) {
  if (is_whole(config, k)) return own_extent(config, k);
  const auto span = [&](const model::AxisPlan& axis) {
    return static_cast<double>(axis.cells[k].back() - axis.cells[k].front()) / axis.resolution[k];
  };
  return {static_cast<int64_t>(plan.x.cells[k].size()), static_cast<int64_t>(plan.y.cells[k].size()), span(plan.x),
          span(plan.y)};
}

/// Layers as far as their sizes go. Where nothing of them is in theta, all are shared, and the first one sees the point
/// itself (decoder latent).
model::BlockLayout sizes_of(const model::ModelConfig& config, const model::ThetaLayout& layout, size_t k) {
  if (k < layout.blocks.size()) return layout.blocks[k];
  model::BlockLayout block;
  for (int64_t l = 0; l < config.blocks[k].layers; ++l) {
    model::LayerLayout layer;
    layer.out = config.blocks[k].width;
    (l == 0 ? layer.e_columns : layer.x_columns) = l == 0 ? 2 : layer.out;
    layer.in = layer.x_columns + layer.e_columns;
    block.layers.push_back(std::move(layer));
  }
  return block;
}

int64_t next_width(const model::ModelConfig& config, size_t k) {
  return k + 1 < config.blocks.size() ? padded(config.blocks[k + 1].width) : 0;
}

CoordinateTerm::Size term_size(const model::ModelConfig& config, const model::BlockLayout& block, size_t k,
                               const Extent& extent) {
  const model::BlockConfig& from = config.blocks[k];
  const bool style = model::row_of(config.decoder).style;
  constexpr double kStoredDeviation = 3.1622776601683795;  // of random frequencies: the root of 10
  CoordinateTerm::Size size;
  size.width = from.width;
  size.n_layers = block.high ? 1 : 0;
  for (const model::LayerLayout& layer : block.layers) size.n_layers += layer.e_columns > 0 ? 1 : 0;
  size.n_learned = style ? from.random_frequencies : block.frequencies;
  size.deviation = style ? kStoredDeviation : config.fourier_scale;
  size.n_fixed = block.fixed_frequencies;
  size.columns = extent.columns;
  size.rows = extent.rows;
  size.span_x = extent.span_x * (style ? 2 : 1);  // released.md's coordinates are in [-1, 1)
  size.span_y = extent.span_y * (style ? 2 : 1);
  return size;
}

}  // namespace

int64_t FastRenderer::fixed_bytes(const model::ModelConfig& config, const model::ThetaLayout& layout,
                                  const model::GridPlan& plan, int n_threads) {
  int64_t floats = layout.n_theta;
  int64_t scratch = 0, map = 0, rows = 0, bytes = 0;
  for (size_t k = 0; k < config.blocks.size(); ++k) {
    const model::BlockLayout block = sizes_of(config, layout, k);
    const model::BlockConfig& from = config.blocks[k];
    const Extent extent = extent_of(config, plan, k);
    const auto add = [&](const model::LayerLayout& layer) {
      floats += padded(layer.out) * (layer.in + 1);
      if (SevenProducts::pay(layer.out, layer.x_columns)) floats += SevenProducts::floats(layer.out, layer.x_columns);
    };
    if (block.low) add(*block.low);
    if (block.high) add(*block.high);
    std::ranges::for_each(block.layers, add);
    const CoordinateTerm::Size size = term_size(config, block, k, extent);
    int64_t of_term = CoordinateTerm::expected_bytes(size);
    if (config.instance_norm) {  // all blocks first on their own grids
      const Extent own = own_extent(config, k);
      of_term = std::max(of_term, CoordinateTerm::expected_bytes(term_size(config, block, k, own)));
      map = std::max(map, own.rows * own.stride() * padded(from.width));
      rows = std::max(rows, own.rows * own.stride() * (next_width(config, k) + kStrip));
    }
    bytes += of_term;
    const int64_t n_panels = std::min(panels_across(from.width), kernels::n_panels(extent.columns));
    const int64_t n_features = 2 * (size.n_learned + size.n_fixed);
    int64_t of_thread = kPieceRows * n_panels * kPanel * (2 * padded(from.width) + n_features) +
                        kPieceRows * padded(from.width) * n_features + 4 * padded(from.width) * kPanel;
    if (config.upsampling == model::Upsampling::kBilinear) of_thread += padded(from.width) * n_panels * kPanel;
    scratch = std::max(scratch, of_thread);
  }
  return bytes + (floats + map + 2 * rows + n_threads * scratch) * kFloat;  // rows of a block and of the one below
}

int64_t FastRenderer::band_bytes(const model::ModelConfig& config, const model::GridPlan& plan, int64_t n_rows) {
  const auto height = std::max<int64_t>(1, plan.height());
  int64_t floats = n_rows * plan.width() * 3;
  for (size_t k = 0; k < plan.x.cells.size(); ++k) {
    if (config.instance_norm && is_whole(config, k)) continue;  // made before the first band
    const Extent extent = extent_of(config, plan, k);
    const int64_t cell_rows = std::min(extent.rows, extent.rows * n_rows / height + 2);
    floats += cell_rows * extent.stride() * (next_width(config, k) + kStrip);
    const int64_t own = config.blocks[k].resolution;
    if (config.blocks[k].constants == 0 || (extent.columns <= own && extent.rows <= own)) continue;
    // Stored features: rows of the own grid's cells.
    const Extent cells{std::min(own, extent.columns), std::min(own, extent.rows), 0, 0};
    floats += std::min(cells.rows, cells.rows * n_rows / height + 2) * cells.stride() * padded(config.blocks[k].width);
  }
  return floats * kFloat;
}

}  // namespace inr::render
