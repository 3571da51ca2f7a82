// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The reference renderer: any decoder, point by point, in LibTorch's products (model.md, section 2). What every faster
// way is measured against.
//
// Every grid is cut into chunks of consecutive cells (raster order, from the grid's first cell), and all products are
// made on whole chunks, the last one padded. Rows, bands, threads and memory bounds only decide which chunks are
// computed when, never their shape: the same bytes for all of them (render.md, section 3).
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "field/function.hpp"
#include "field/inr_model.hpp"
#include "field/worker_pool.hpp"
#include "model/grid.hpp"

namespace inr::field {

/// As ImageRenderer (renderer.hpp).
class ReferenceRenderer {
 public:
  /// theta: [n_theta], not kept. The layers' weights are made here, once.
  ReferenceRenderer(std::shared_ptr<const InrModel> model, std::span<const float> theta,
                    std::shared_ptr<const model::GridPlan> plan);

  [[nodiscard]] int64_t width() const noexcept { return plan_->width(); }
  [[nodiscard]] int64_t height() const noexcept { return plan_->height(); }

  /// Pixel rows first .. first + count - 1 into out, [count, W, 3], the function's values in (-1, 1). Rows are asked
  /// for from the top downwards (first >= the previous call's first). pool: shares the chunks out; null: this thread
  /// does all, and the caller holds a c10::InferenceMode (as inside WorkerPool::run).
  void rows(int64_t first, int64_t count, std::span<float> out, WorkerPool* pool);

  /// Memory of one renderer, in bytes, roughly: its weights, and what one thread works on.
  [[nodiscard]] static int64_t fixed_bytes(const InrModel& model);
  /// And that of a band of n_rows: features of the coarse cells, colours, the band itself. Grows with n_rows.
  [[nodiscard]] static int64_t band_bytes(const InrModel& model, const model::GridPlan& plan, int64_t n_rows);

 private:
  struct Chunk {
    at::Tensor next;  // [M, d_{k+1}]: see BlockOutput
    at::Tensor rgb;   // [M, 3], summed over the blocks so far; colours of it in the last block
  };
  struct Block {
    int64_t width = 0, height = 0;    // cells
    int64_t chunk_cells = 0;          // M
    std::map<int64_t, Chunk> chunks;  // by index
  };
  void ensure_rows(size_t k, int64_t low, int64_t high, WorkerPool* pool);
  [[nodiscard]] Chunk make_chunk(size_t k, int64_t index) const;
  [[nodiscard]] at::Tensor gather(size_t k, int64_t index, at::Tensor Chunk::*part) const;

  std::shared_ptr<const InrModel> model_;
  std::shared_ptr<const model::GridPlan> plan_;
  std::unique_ptr<const Function> function_;
  std::vector<Block> blocks_;
};

}  // namespace inr::field
