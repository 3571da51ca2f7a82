// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "field/renderer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "field/reference_renderer.hpp"
#include "kernels/processor.hpp"
#include "render/fast_renderer.hpp"

namespace inr::field {
namespace {

render::SharedTensors shared_tensors(const InrModel& model) {
  render::SharedTensors out;
  for (const auto& [name, tensor] : model.shared) out[name] = tensor.const_data_ptr<float>();
  return out;
}

/// Work for the pool, or for this thread.
render::ForEach for_each(WorkerPool* pool) {
  if (pool != nullptr) {
    return [pool](int64_t n, const std::function<void(int64_t)>& work) { pool->run(n, work); };
  }
  return [](int64_t n, const std::function<void(int64_t)>& work) {
    for (int64_t i = 0; i < n; ++i) work(i);
  };
}

void raise(std::atomic<double>& to, double value) {
  double held = to.load();
  while (value > held && !to.compare_exchange_weak(held, value)) {
  }
}

/// What is not a number in either is infinitely far.
double difference(std::span<const float> a, std::span<const float> b) {
  double worst = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double d = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    worst = std::max(worst, std::isnan(d) ? std::numeric_limits<double>::infinity() : d);
  }
  return worst;
}

}  // namespace

struct ImageRenderer::Fast {
  std::shared_ptr<const InrModel> model;
  std::shared_ptr<const model::GridPlan> plan;
  render::SharedTensors shared;
  render::FastRenderer renderer;
  Fast(std::shared_ptr<const InrModel> m, std::span<const float> theta, std::shared_ptr<const model::GridPlan> p)
      : model(std::move(m)),
        plan(std::move(p)),
        shared(shared_tensors(*model)),
        renderer(model->config, model->layout, shared, theta, *plan, kernels::operations(kernels::best_processor())) {}
};

struct ImageRenderer::Reference {
  ReferenceRenderer renderer;
};

ImageRenderer::ImageRenderer(std::shared_ptr<const InrModel> model, std::span<const float> theta,
                             std::shared_ptr<const model::GridPlan> plan, const RenderOptions& options)
    : plan_(std::move(plan)), worst_difference_(options.worst_difference) {
  const bool fast = options.kernel != Kernel::kReference && render::can_draw(model->config);
  if (fast) fast_ = std::make_unique<Fast>(model, theta, plan_);
  if (!fast || options.kernel == Kernel::kCheck) {
    reference_ = std::make_unique<Reference>(ReferenceRenderer(std::move(model), theta, plan_));
  }
}

ImageRenderer::~ImageRenderer() = default;
ImageRenderer::ImageRenderer(ImageRenderer&&) noexcept = default;
ImageRenderer& ImageRenderer::operator=(ImageRenderer&&) noexcept = default;

void ImageRenderer::rows(int64_t first, int64_t count, std::span<float> out, WorkerPool* pool) {
  if (!fast_) return reference_->renderer.rows(first, count, out, pool);
  fast_->renderer.rows(first, count, out, for_each(pool));
  if (!reference_) return;
  compared_.resize(out.size());
  reference_->renderer.rows(first, count, compared_, pool);
  if (worst_difference_ != nullptr) raise(*worst_difference_, difference(out, compared_));
}

int64_t ImageRenderer::fixed_bytes(const InrModel& model, const model::GridPlan& plan, int n_threads) {
  return render::can_draw(model.config) ? render::FastRenderer::fixed_bytes(model.config, model.layout, plan, n_threads)
                                        : ReferenceRenderer::fixed_bytes(model);
}

int64_t ImageRenderer::band_bytes(const InrModel& model, const model::GridPlan& plan, int64_t n_rows) {
  return render::can_draw(model.config) ? render::FastRenderer::band_bytes(model.config, plan, n_rows)
                                        : ReferenceRenderer::band_bytes(model, plan, n_rows);
}

}  // namespace inr::field
