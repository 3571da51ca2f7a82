// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The fast renderer: one function of blocks, any window and size, drawn in rows from the top with bounded memory
// (render.md). Against the formula as written it saves
//   - the coordinate half of every layer: a small product through Chebyshev nodes (coordinate_term.hpp);
//   - the hidden half of a block's first layer and the to-RGB: made once a cell of the coarser grid, then shared;
//   - memory traffic: a few rows of points go through all layers of a block while they are in the cache.
//
// On one kind of processor the picture is a pure function of the request: every value is one chain of multiply-adds, so
// bands, threads, memory bounds and the cut into pieces of work change no bit (kernels/panels.hpp). AVX2 and AVX-512
// agree to the bit; processors without fused multiply-adds round differently.
//
// Letters: H rows and W columns of cells of a block's grid, d width of a block.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "kernels/buffer.hpp"
#include "kernels/operations.hpp"
#include "model/config.hpp"
#include "model/grid.hpp"
#include "model/theta_layout.hpp"
#include "render/coordinate_term.hpp"
#include "render/function_weights.hpp"

namespace inr::render {

class FastRenderer {
 public:
  /// config: one that can_draw(). All are used until the renderer ends, but theta, [n_theta], is copied.
  FastRenderer(const model::ModelConfig& config, const model::ThetaLayout& layout, const SharedTensors& shared,
               std::span<const float> theta, const model::GridPlan& plan, const kernels::Operations& operations);

  /// Pixel rows first .. first + count - 1 into out, [count, W, 3], the function's values in (-1, 1). Throws
  /// std::logic_error where first is above the previous call's first, or after a call that threw.
  void rows(int64_t first, int64_t count, std::span<float> out, const ForEach& for_each);

  /// Memory of one renderer in bytes, roughly: weights, values at the nodes, tables, and what n_threads work on.
  static int64_t fixed_bytes(const model::ModelConfig& config, const model::ThetaLayout& layout,
                             const model::GridPlan& plan, int n_threads);
  /// And that of a band of n_rows: values of the coarser cells, colours, the band itself. Grows with n_rows.
  static int64_t band_bytes(const model::ModelConfig& config, const model::GridPlan& plan, int64_t n_rows);

 private:
  /// What a row of cells hands on, planar: [channels][stride] of a grid.
  struct Row {
    kernels::Buffer next, rgb;
  };
  struct Grid {
    int64_t width = 0, height = 0, panels = 0;
    int64_t stride = 0;            // of planar rows
    bool has_rgb = false;          // this block or one below
    std::vector<int32_t> parents;  // column of the coarser grid of every point, padded to panels
    CoordinateTerm term;
    int64_t first_row = 0;  // of `rows`
    std::deque<Row> rows;
    std::vector<Row> spare;  // rows no longer needed, to be used again
  };
  /// Some rows and panels of a block: what one thread takes through all layers at a time.
  struct Piece {
    int64_t row = 0, n_rows = 0, panel = 0, n_panels = 0;
  };
  /// What a thread works on.
  struct Scratch {
    kernels::Buffer from, to, rows, panels;
  };

  void prepare(const ForEach& for_each);
  void ensure_rows(size_t k, int64_t low, int64_t high, const ForEach& for_each);
  void evaluate(size_t k, const Piece& piece, Scratch& scratch);
  void evaluate_heads(size_t k, const Piece& piece, const kernels::Buffer& features);
  std::unique_ptr<Scratch> take_scratch();
  void put_back(std::unique_ptr<Scratch> scratch);
  [[nodiscard]] const Row& coarse_row(size_t k, int64_t row) const;
  [[nodiscard]] Row& row_of(size_t k, int64_t row);

  const model::ModelConfig& config_;
  const model::ThetaLayout& layout_;
  const SharedTensors& shared_;
  const model::GridPlan& plan_;
  const kernels::Operations& operations_;
  std::vector<float> theta_;
  bool failed_ = false;
  int64_t first_asked_ = 0;
  FunctionWeights weights_;
  std::vector<Grid> grids_;
  std::mutex mutex_;  // of spare_scratch_
  std::vector<std::unique_ptr<Scratch>> spare_scratch_;
};

}  // namespace inr::render
