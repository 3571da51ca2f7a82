// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Who can draw: a row per back end. To add one, write its row in backends.cpp; renderer.hpp and everything above take
// it from there.
//
//   cpu        the fast renderer (fast_renderer.hpp), float32, with the kernels that this program computes with
//              (processor.hpp).
//   reference  the formula as written, in double precision (reference.hpp), slow: what the others are measured against.
//
// Every back end draws the same function; they differ by rounding alone.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "model/grid.hpp"
#include "render/for_each.hpp"
#include "render/inr_model.hpp"

namespace inr::render {

/// One picture while it is drawn. Not thread-safe; the work inside is shared out.
class Drawing {
 public:
  Drawing() = default;
  Drawing(const Drawing&) = delete;
  Drawing& operator=(const Drawing&) = delete;
  virtual ~Drawing() = default;
  /// As Renderer::rows, whose checks have passed: pixel rows first .. first + count - 1 into out, [count, W, 3], from
  /// the top downwards. The same values however the rows are cut into calls and the work into threads.
  virtual void rows(int64_t first, int64_t count, std::span<float> out, const ForEach& for_each) = 0;
};

struct Backend {
  std::string_view name;
  /// Models that it does not draw are refused by Renderer.
  bool (*can_draw)(const model::ModelConfig& config);
  /// Memory of one drawing in bytes, roughly: weights, tables of the grid, and what n_threads work on.
  int64_t (*fixed_bytes)(const InrModel& model, const model::GridPlan& plan, int n_threads);
  /// And that of a band of n_rows. Grows with n_rows.
  int64_t (*band_bytes)(const InrModel& model, const model::GridPlan& plan, int64_t n_rows);
  /// theta: [n_theta], not kept.
  std::unique_ptr<Drawing> (*make)(std::shared_ptr<const InrModel> model, std::span<const float> theta,
                                   std::shared_ptr<const model::GridPlan> plan);
};

inline constexpr std::string_view kCpu = "cpu";
inline constexpr std::string_view kReference = "reference";

std::span<const Backend> backends() noexcept;
/// Throws UsageError naming those there are.
const Backend& find_backend(std::string_view name);

}  // namespace inr::render
