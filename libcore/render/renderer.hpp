// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The door to drawing: one function drawn in any window and size, in rows from the top with bounded memory, by one of
// the back ends (backends.hpp). On one kind of processor the picture is a pure function of the request: the same bytes
// for all bands, threads and memory bounds.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/worker_pool.hpp"
#include "model/grid.hpp"
#include "render/backends.hpp"
#include "render/inr_model.hpp"

namespace inr::render {

/// Who draws, by the names of their rows (backends.hpp), which must outlive this.
struct BackendChoice {
  std::string_view backend = kCpu;
  std::string_view compared = {};  // draws as well, so that the two can be compared; empty: nobody
  bool operator==(const BackendChoice&) const = default;
};

struct RenderOptions {
  BackendChoice choice = {};
  /// Raised to the largest difference of a value between the two that are compared, infinity where one is NaN. May be
  /// null.
  std::atomic<double>* worst_difference = nullptr;
};

class Renderer {
 public:
  /// theta: [n_theta], not kept. The layers' weights are made here or with the first rows. Throws UsageError where
  /// there is no such back end, or it does not draw this model.
  Renderer(const std::shared_ptr<const InrModel>& model, std::span<const float> theta,
           std::shared_ptr<const model::GridPlan> plan, const RenderOptions& options = {});

  [[nodiscard]] int64_t width() const noexcept { return plan_->width(); }
  [[nodiscard]] int64_t height() const noexcept { return plan_->height(); }

  /// Pixel rows first .. first + count - 1 into out, [count, W, 3], the function's values (in (-1, 1) but for decoder
  /// released); of two that are compared those of BackendChoice::backend. Rows are asked for from the top downwards
  /// (first >= the previous call's first); else, and where they are outside the picture or out has another size,
  /// std::logic_error. pool: shares the work out; null: this thread does all.
  void rows(int64_t first, int64_t count, std::span<float> out, base::WorkerPool* pool);

  /// Memory of one renderer, in bytes, roughly: its weights, tables of the grid, and what n_threads work on.
  [[nodiscard]] static int64_t fixed_bytes(const InrModel& model, const model::GridPlan& plan, int n_threads,
                                           const BackendChoice& choice = {});
  /// And that of a band of n_rows: features of the coarse cells, colours, the band itself. Grows with n_rows.
  [[nodiscard]] static int64_t band_bytes(const InrModel& model, const model::GridPlan& plan, int64_t n_rows,
                                          const BackendChoice& choice = {});

 private:
  std::shared_ptr<const model::GridPlan> plan_;
  std::atomic<double>* worst_difference_;
  std::unique_ptr<Drawing> drawing_;
  std::unique_ptr<Drawing> compared_;  // null: nothing is compared
  std::vector<float> compared_values_;
  int64_t first_asked_ = 0;
};

}  // namespace inr::render
