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

/// Mean and sum of squared differences from it of n points, parts of them joined (Chan, Golub & LeVeque, 1979).
struct Moments {
  double n = 0, mean = 0, squares = 0;
  /// sums: as of MomentsJob, of so many points.
  void add(const double* sums, double points) {
    const double other_mean = sums[0] + sums[1] / points;
    const double other_squares = sums[2] - sums[1] * sums[1] / points;
    const double apart = other_mean - mean;
    squares += other_squares + apart * apart * n * points / (n + points);
    mean += apart * points / (n + points);
    n += points;
  }
  /// Of features without the root of two that released.md's act() has: the weights that see them have it.
  [[nodiscard]] double inverse_deviation() const {
    return 1 / (std::numbers::sqrt2 * std::sqrt(std::max(squares, 0.0) / (n - 1)) + kEpsilon);
  }
};

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
  const auto n_sums = static_cast<size_t>(3 * block.width);
  std::vector<double> sums(work.size() * kMapRows * n_sums);
  const auto points_of = [&](const Piece& piece) {
    return std::min(piece.n_panels * kPanel, grid.width - piece.panel * kPanel);
  };
  for (size_t l = 0; l < block.layers.size(); ++l) {
    const bool last = l + 1 == block.layers.size();
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
        for (int64_t r = 0; r < piece.n_rows; ++r) {
          const float* row = result.data + r * row_floats;
          double* to = sums.data() + (static_cast<size_t>(i * kMapRows + r)) * n_sums;
          operations_.moments({row, panel_floats, block.width, points_of(piece), to});
          std::copy_n(row, row_floats, here + r * map_row);
        }
      });
    });
    if (last) continue;
    std::vector<double> factors;
    for (int64_t c = 0; c < block.width; ++c) {
      Moments all;
      for (size_t i = 0; i < work.size(); ++i) {
        for (int64_t r = 0; r < work[i].n_rows; ++r) {
          const size_t at = (i * kMapRows + static_cast<size_t>(r)) * n_sums + static_cast<size_t>(3 * c);
          all.add(sums.data() + at, static_cast<double>(points_of(work[i])));
        }
      }
      factors.push_back(all.inverse_deviation());
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
    // The last block's rows are cut or made anew; with bilinear `up` it still sees those of the one below.
    const bool seen = config_.upsampling == model::Upsampling::kBilinear && k + 1 == weights_.blocks.size();
    if (k > 0 && !seen) grids_[k - 1].held = {};
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
