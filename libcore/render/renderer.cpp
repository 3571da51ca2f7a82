// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "render/renderer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "base/error.hpp"

namespace inr::render {
namespace {

void raise(std::atomic<double>& to, double value) {
  double held = to.load();
  while (value > held && !to.compare_exchange_weak(held, value)) {
  }
}

/// NaN in either is infinitely far.
double difference(std::span<const float> a, std::span<const float> b) {
  double worst = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double d = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    worst = std::max(worst, std::isnan(d) ? std::numeric_limits<double>::infinity() : d);
  }
  return worst;
}

/// Of the one or the two back ends.
template <typename Of>
int64_t sum(const BackendChoice& choice, const Of& of) {
  const int64_t bytes = of(find_backend(choice.backend));
  return choice.compared.empty() ? bytes : bytes + of(find_backend(choice.compared));
}

std::unique_ptr<Drawing> make(std::string_view name, const std::shared_ptr<const InrModel>& model,
                              std::span<const float> theta, const std::shared_ptr<const model::GridPlan>& plan) {
  const Backend& backend = find_backend(name);
  if (!backend.can_draw(model->config)) {
    throw base::UsageError("back end " + std::string(name) + " does not draw this model (decoder " +
                           std::string(model::to_string(model->config.decoder)) + ")");
  }
  return backend.make(model, theta, plan);
}

}  // namespace

Renderer::Renderer(const std::shared_ptr<const InrModel>& model, std::span<const float> theta,
                   std::shared_ptr<const model::GridPlan> plan, const RenderOptions& options)
    : plan_(std::move(plan)), worst_difference_(options.worst_difference) {
  drawing_ = make(options.choice.backend, model, theta, plan_);
  if (!options.choice.compared.empty()) compared_ = make(options.choice.compared, model, theta, plan_);
}

void Renderer::rows(int64_t first, int64_t count, std::span<float> out, base::WorkerPool* pool) {
  if (first < first_asked_ || count < 1 || first + count > height() ||
      static_cast<int64_t>(out.size()) != count * width() * 3) {
    throw std::logic_error("Renderer: rows outside the picture or above earlier ones, or a buffer of another size");
  }
  first_asked_ = first;
  const ForEach work = pool != nullptr ? by_threads(*pool) : ForEach(in_this_thread);
  drawing_->rows(first, count, out, work);
  if (!compared_) return;
  compared_values_.resize(out.size());
  compared_->rows(first, count, compared_values_, work);
  if (worst_difference_ != nullptr) raise(*worst_difference_, difference(out, compared_values_));
}

int64_t Renderer::fixed_bytes(const InrModel& model, const model::GridPlan& plan, int n_threads,
                              const BackendChoice& choice) {
  return sum(choice, [&](const Backend& backend) { return backend.fixed_bytes(model, plan, n_threads); });
}

int64_t Renderer::band_bytes(const InrModel& model, const model::GridPlan& plan, int64_t n_rows,
                             const BackendChoice& choice) {
  return sum(choice, [&](const Backend& backend) { return backend.band_bytes(model, plan, n_rows); });
}

}  // namespace inr::render
