// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// One function drawn in any window and size, in rows from the top with bounded memory: by the fast renderer
// (render/fast_renderer.hpp) where the decoder is made of blocks, else by the reference one. On one kind of processor
// the picture is a pure function of the request: the same bytes for all bands, threads and memory bounds.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "field/decoder.hpp"
#include "field/inr_model.hpp"
#include "field/worker_pool.hpp"
#include "model/grid.hpp"

namespace inr::field {

struct RenderOptions {
  Kernel kernel = Kernel::kFast;  ///< kCheck draws by both and returns the fast one's values
  /// kCheck: raised to the largest |fast - reference| of a value, infinity where one is no number; left alone where the
  /// decoder has the reference kernel only. May be null.
  std::atomic<double>* worst_difference = nullptr;
};

class ImageRenderer {
 public:
  /// theta: [n_theta], not kept. The layers' weights are made with the first rows.
  ImageRenderer(std::shared_ptr<const InrModel> model, std::span<const float> theta,
                std::shared_ptr<const model::GridPlan> plan, const RenderOptions& options = {});
  ~ImageRenderer();
  ImageRenderer(ImageRenderer&&) noexcept;
  ImageRenderer& operator=(ImageRenderer&&) noexcept;

  [[nodiscard]] int64_t width() const noexcept { return plan_->width(); }
  [[nodiscard]] int64_t height() const noexcept { return plan_->height(); }

  /// Pixel rows first .. first + count - 1 into out, [count, W, 3], the function's values in (-1, 1). Rows are asked
  /// for from the top downwards (first >= the previous call's first). pool: shares the work out; null: this thread
  /// does all, and the caller holds a c10::InferenceMode (as inside WorkerPool::run).
  void rows(int64_t first, int64_t count, std::span<float> out, WorkerPool* pool);

  /// Memory of one renderer, in bytes, roughly: its weights, tables of the grid, and what n_threads work on.
  [[nodiscard]] static int64_t fixed_bytes(const InrModel& model, const model::GridPlan& plan, int n_threads);
  /// And that of a band of n_rows: features of the coarse cells, colours, the band itself. Grows with n_rows.
  [[nodiscard]] static int64_t band_bytes(const InrModel& model, const model::GridPlan& plan, int64_t n_rows);

 private:
  struct Fast;
  struct Reference;
  std::shared_ptr<const model::GridPlan> plan_;
  std::atomic<double>* worst_difference_;
  std::unique_ptr<Fast> fast_;  // one of them, or both to check
  std::unique_ptr<Reference> reference_;
  std::vector<float> compared_;
};

}  // namespace inr::field
