// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "draw/picture_job.hpp"

#include <algorithm>

namespace inr::draw {
namespace {

/// Pixels of a band for each thread: many pieces of work, so that the wait for the last one is short, and whole ones.
constexpr int64_t kBandPixels = 262144;

}  // namespace

std::shared_ptr<const model::GridPlan> Planner::plan(const model::ModelConfig& config, const model::Window& window) {
  if (!plan_ || !(config == config_) || !(window == window_)) {
    plan_ = std::make_shared<model::GridPlan>(plan_grid(config, grid_request(request_, config, window)));
    config_ = config;
    window_ = window;
  }
  return plan_;
}

int64_t PictureJob::renderer_bytes() const {
  return render::Renderer::fixed_bytes(*model, *plan, 1, kernel) +
         render::Renderer::band_bytes(*model, *plan, 1, kernel);
}

int64_t band_rows(const PictureJob& job, int64_t bytes, int n_threads) {
  int64_t high = std::clamp<int64_t>(kBandPixels * n_threads / job.plan->width(), 1, job.plan->height());
  int64_t low = 1;
  while (low < high) {  // the largest that fits, by halves
    const int64_t middle = low + (high - low + 1) / 2;
    if (render::Renderer::band_bytes(*job.model, *job.plan, middle, job.kernel) <= bytes) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

void draw_rows(render::Renderer& renderer, int64_t first, int64_t count, int64_t n_band_rows, base::WorkerPool* pool,
               const TakeRows& take) {
  std::vector<float> values(static_cast<size_t>(std::min(n_band_rows, count) * renderer.width() * 3));
  for (int64_t y = first; y < first + count; y += n_band_rows) {
    const int64_t n = std::min(n_band_rows, first + count - y);
    const std::span<float> band = std::span(values).first(static_cast<size_t>(n * renderer.width() * 3));
    renderer.rows(y, n, band, pool);
    take(y, band);
  }
}

std::string size_text(int64_t width, int64_t height) { return std::to_string(width) + "x" + std::to_string(height); }

}  // namespace inr::draw
