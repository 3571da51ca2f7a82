// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The fast renderer: one function of blocks, any window and size, drawn in rows from the top with bounded memory
// (render.md). Against the formula as written it saves
//   - the coordinate half of every layer: a small product through Chebyshev nodes (coordinate_term.hpp);
//   - the hidden half of a block's first layer and the to-RGB: made once a cell of the coarser grid, then shared or
//     interpolated; what stored features bring: once a cell of the own grid;
//   - an eighth of the wide layers' products (seven_products.hpp);
//   - memory traffic: a few rows of points go through all layers of a block while they are in the cache.
// Where features are divided by their deviation over the image (instance norm), all blocks are evaluated first on their
// own grids, a layer at a time, whole (own_grids.cpp); the deviations then are part of the weights.
//
// The picture is a pure function of the request: every value is one chain of multiply-adds, or a few of them whose
// panels the grid pairs, so bands, threads and memory bounds change no bit (kernels/panels.hpp); another window may, by
// rounding. All instruction sets with fused multiply-adds agree to the bit; those without round differently.
//
// Letters: H rows and W columns of cells of a block's grid, d width of a block.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "kernels/buffer.hpp"
#include "kernels/operations.hpp"
#include "model/config.hpp"
#include "model/grid.hpp"
#include "model/theta_layout.hpp"
#include "render/function_weights.hpp"
#include "render/grid.hpp"

namespace inr::render {

class FastRenderer {
 public:
  /// All are used until the renderer ends, but theta, [n_theta], is copied.
  FastRenderer(const model::ModelConfig& config, const model::ThetaLayout& layout, const model::Weights& shared,
               std::span<const float> theta, const model::GridPlan& plan, const kernels::Operations& operations);

  /// Pixel rows first .. first + count - 1 into out, [count, W, 3], the function's values (in (-1, 1) but for decoder
  /// released). Throws std::logic_error where first is above the previous call's first, or after a call that threw.
  void rows(int64_t first, int64_t count, std::span<float> out, const ForEach& for_each);

  /// Memory of one renderer in bytes, roughly: weights, values at the nodes, tables, maps of own grids that are kept,
  /// and what n_threads work on.
  static int64_t fixed_bytes(const model::ModelConfig& config, const model::ThetaLayout& layout,
                             const model::GridPlan& plan, int n_threads);
  /// And that of a band of n_rows: values of the coarser cells, colours, the band itself. Grows with n_rows.
  static int64_t band_bytes(const model::ModelConfig& config, const model::GridPlan& plan, int64_t n_rows);

 private:
  /// Some rows and panels of a block: what one thread takes through all layers at a time.
  struct Piece {
    int64_t row = 0, n_rows = 0, panel = 0, n_panels = 0;
  };
  /// What a thread works on.
  struct Scratch {
    kernels::Buffer from, to, rows, panels, between, blended, stored, sums;
  };
  /// Features of a piece's rows: panels of the block's width.
  struct Features {
    float* data = nullptr;
    int64_t row_stride = 0;
  };

  void prepare(const ForEach& for_each);
  [[nodiscard]] Grid own_grid(size_t k) const;
  [[nodiscard]] Grid planned_grid(size_t k) const;
  void add_grid(size_t k, Grid grid, const ForEach& for_each);
  void make_products(size_t k, const ForEach& for_each);
  // own_grids.cpp
  [[nodiscard]] bool cut_from_own_grid();
  void normalise(const ForEach& for_each);
  void normalise_block(size_t k, kernels::Buffer& map, const ForEach& for_each);

  [[nodiscard]] std::vector<Piece> pieces(size_t k, int64_t begin, int64_t end, int64_t piece_rows) const;
  void push_rows(size_t k, int64_t end);
  void ensure_rows(size_t k, int64_t low, int64_t high, const ForEach& for_each);
  void ensure_below(size_t k, int64_t begin, int64_t end, const ForEach& for_each);
  void stored_panels(size_t k, int64_t row, int64_t first, int64_t count, float* out) const;
  void evaluate_stored(size_t k, int64_t row);
  void evaluate(size_t k, const Piece& piece, Scratch& scratch);
  void evaluate_layer(size_t k, size_t l, const Piece& piece, const Features& from, const Features& to,
                      Scratch& scratch);
  void evaluate_heads(size_t k, const Piece& piece, const Features& features, Scratch& scratch);
  void multiply(const SevenProducts& products, const kernels::LayerJob& job, Scratch& scratch) const;
  kernels::Coarse below(size_t k, int64_t row, const Piece& piece, kernels::Buffer Row::*part, int64_t channels,
                        Scratch& scratch);
  template <typename Work>
  void with_scratch(const Work& work);

  const model::ModelConfig& config_;
  const model::ThetaLayout& layout_;
  const model::Weights& shared_;
  const model::GridPlan& plan_;
  const kernels::Operations& operations_;
  std::vector<float> theta_;
  bool failed_ = false;
  int64_t first_asked_ = 0;
  FunctionWeights weights_;
  std::vector<Grid> grids_;
  std::vector<int32_t> pixel_x_, pixel_y_;  // cells of the last grid
  std::mutex mutex_;                        // of spare_scratch_
  std::vector<std::unique_ptr<Scratch>> spare_scratch_;
};

template <typename Work>
void FastRenderer::with_scratch(const Work& work) {
  std::unique_ptr<Scratch> scratch;
  {
    const std::lock_guard lock(mutex_);
    if (!spare_scratch_.empty()) {
      scratch = std::move(spare_scratch_.back());
      spare_scratch_.pop_back();
    }
  }
  if (!scratch) scratch = std::make_unique<Scratch>();
  work(*scratch);
  const std::lock_guard lock(mutex_);
  spare_scratch_.push_back(std::move(scratch));
}

/// Channels in whole strips.
constexpr int64_t padded(int64_t channels) noexcept { return kernels::n_strips(channels) * kernels::kStrip; }

}  // namespace inr::render
