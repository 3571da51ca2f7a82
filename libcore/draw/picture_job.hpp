// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// One picture to be drawn, and the drawing of it in bands.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "draw/draw_options.hpp"
#include "draw/record_source.hpp"
#include "draw/request.hpp"
#include "render/renderer.hpp"

namespace inr::draw {

class Preview;

struct PictureJob {
  std::shared_ptr<const render::InrModel> model;
  std::shared_ptr<const model::GridPlan> plan;
  std::shared_ptr<const std::vector<float>> theta;
  image::TextChunks text;
  std::shared_ptr<Preview> preview;  ///< takes the rows as well; null: none does
  render::BackendChoice kernel;
  std::atomic<double>* worst_difference = nullptr;  // DrawOptions'

  /// The one place where a record becomes a renderer.
  [[nodiscard]] render::Renderer renderer() const { return {model, *theta, plan, {kernel, worst_difference}}; }
  /// Memory of a renderer with a single row, for one thread; see render::Renderer.
  [[nodiscard]] int64_t renderer_bytes() const;
  [[nodiscard]] int64_t n_pixels() const noexcept { return plan->width() * plan->height(); }
};

/// Plans of grids by model and window; consecutive records of one model share theirs.
class Planner {
 public:
  explicit Planner(const Request& request) : request_(request) {}
  std::shared_ptr<const model::GridPlan> plan(const model::ModelConfig& config, const model::Window& window);

 private:
  Request request_;
  model::ModelConfig config_;
  model::Window window_;
  std::shared_ptr<const model::GridPlan> plan_;
};

/// Rows of a band: as many as fit bytes, no more than the threads that share it can use, at least one.
int64_t band_rows(const PictureJob& job, int64_t bytes, int n_threads);

/// "640x480"
std::string size_text(int64_t width, int64_t height);

/// Takes the values of some rows, [n, W, 3], from the top downwards.
using TakeRows = std::function<void(int64_t first_row, std::span<const float> values)>;
/// Rows first .. first + count - 1, n_band_rows at a time. pool as in Renderer::rows.
void draw_rows(render::Renderer& renderer, int64_t first, int64_t count, int64_t n_band_rows, base::WorkerPool* pool,
               const TakeRows& take);

}  // namespace inr::draw
