// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Instance norm (released.md, sections 2 to 4): the deviation of every feature over the image on the model's own grids
// is a barrier behind each layer, once an image. It is folded into the columns of the layer that sees the feature.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "render/fast_renderer.hpp"

namespace inr::render {
namespace {

using kernels::Buffer;
using kernels::kPanel;
using kernels::kStrip;

constexpr double kEpsilon = 1e-8;
constexpr int64_t kMapRows = 4;  // of a piece of work

/// Features without the root of two that released.md's act() has: the weights that see them have it.
double inverse_deviation(double sum, double squares, double n) {
  const double variance = n > 1 ? (squares - sum * sum / n) / (n - 1) : NAN;
  return 1 / (std::numbers::sqrt2 * std::sqrt(std::max(variance, 0.0)) + kEpsilon);
}

/// Columns of a matrix times factors.
void scale_columns(Matrix& matrix, const std::vector<double>& factors) {
  for (int64_t s = 0; s < kernels::n_strips(matrix.rows); ++s) {
    float* strip = matrix.strips.data() + s * matrix.strip_stride();
    for (int64_t c = 0; c < matrix.columns; ++c) {
      const auto factor = static_cast<float>(factors[static_cast<size_t>(c)]);
      for (int64_t i = 0; i < kStrip; ++i) strip[c * kStrip + i] *= factor;
    }
  }
}

/// The own cell of every cell of an axis, where all of them are corners of own cells; else none.
std::vector<int32_t> own_cells(const std::vector<int64_t>& cells, double resolution, int64_t own) {
  std::vector<int32_t> out;
  for (const int64_t cell : cells) {
    const double at = static_cast<double>(cell) * static_cast<double>(own) / resolution;
    if (at != std::floor(at) || at < 0 || at >= static_cast<double>(own)) return {};
    out.push_back(static_cast<int32_t>(at));
  }
  return out;
}

}  // namespace

/// Layer by layer over the whole own grid of block k, whose coarser rows are all there; all rows are held afterwards.
/// map: room for the features behind a layer.
void FastRenderer::normalise_block(size_t k, Buffer& map, const ForEach& for_each) {
  Grid& grid = grids_[k];
  Block& block = weights_.blocks[k];
  ensure_below(k, 0, grid.height, for_each);
  push_rows(k, grid.height);
  const int64_t panel_floats = padded(block.width) * kPanel;
  const int64_t map_row = grid.panels * panel_floats;
  map.reserve(grid.height * map_row);
  const std::vector<Piece> work = pieces(k, 0, grid.height, kMapRows);
  // Of every row of a piece, so that they can be added in one order whatever the threads did.
  const auto n_sums = static_cast<size_t>(2 * block.width);
  std::vector<double> sums(work.size() * kMapRows * n_sums);
  for (size_t l = 0; l < block.layers.size(); ++l) {
    const bool last = l + 1 == block.layers.size();
    std::ranges::fill(sums, 0.0);
    for_each(static_cast<int64_t>(work.size()), [&](int64_t i) {
      const Piece& piece = work[static_cast<size_t>(i)];
      with_scratch([&](Scratch& scratch) {
        const int64_t row_floats = piece.n_panels * panel_floats;
        scratch.to.reserve(piece.n_rows * row_floats);
        grid.term.reserve(piece.n_rows, piece.n_panels, scratch.rows, scratch.panels);
        if (!block.layers[l].e.empty()) {
          grid.term.panels_of(piece.row, piece.n_rows, piece.panel, piece.n_panels, scratch.panels.data());
        }
        float* here = map.data() + piece.row * map_row + piece.panel * panel_floats;
        const Features result{scratch.to.data(), row_floats};
        evaluate_layer(k, l, piece, {here, map_row}, result, scratch);
        if (last) return evaluate_heads(k, piece, result, scratch);
        const int64_t points = std::min(piece.n_panels * kPanel, grid.width - piece.panel * kPanel);
        for (int64_t r = 0; r < piece.n_rows; ++r) {
          const float* row = result.data + r * row_floats;
          double* to = sums.data() + (static_cast<size_t>(i * kMapRows + r)) * n_sums;
          operations_.moments({row, panel_floats, block.width, points, to});
          std::copy_n(row, row_floats, here + r * map_row);
        }
      });
    });
    if (last) continue;
    std::vector<double> total(n_sums), factors;
    for (size_t i = 0; i < sums.size(); ++i) total[i % n_sums] += sums[i];
    for (size_t c = 0; c < n_sums; c += 2) {
      factors.push_back(inverse_deviation(total[c], total[c + 1], static_cast<double>(grid.width * grid.height)));
    }
    scale_columns(block.layers[l + 1].x, factors);
  }
  grid.stored = {};  // all rows are made
}

/// All blocks on their own grids, whole.
void FastRenderer::normalise(const ForEach& for_each) {
  Buffer map;
  for (const model::BlockConfig& block : config_.blocks) {  // the largest: its pages serve all
    map.reserve(block.resolution * kernels::n_panels(block.resolution) * padded(block.width) * kPanel);
  }
  for (size_t k = 0; k < weights_.blocks.size(); ++k) {
    add_grid(k, own_grid(k), for_each);
    normalise_block(k, map, for_each);
  }
}

/// Where all of the picture's points lie on the last block's own grid, which has just been evaluated, and see there
/// what the picture's cells see: takes them from it.
bool FastRenderer::cut_from_own_grid() {
  for (size_t k = 0; config_.upsampling == model::Upsampling::kNearest && k < config_.blocks.size(); ++k) {
    const auto own = static_cast<double>(config_.blocks[k].resolution);  // small pictures have coarser cells
    if (plan_.x.resolution[k] != own || plan_.y.resolution[k] != own) return false;
  }
  const int64_t own = config_.blocks.back().resolution;
  const std::vector<int32_t> x = own_cells(plan_.x.cells.back(), plan_.x.resolution.back(), own);
  const std::vector<int32_t> y = own_cells(plan_.y.cells.back(), plan_.y.resolution.back(), own);
  if (x.empty() || y.empty()) return false;
  for (int32_t& cell : pixel_x_) cell = x[static_cast<size_t>(cell)];
  for (int32_t& cell : pixel_y_) cell = y[static_cast<size_t>(cell)];
  return true;
}

}  // namespace inr::render
