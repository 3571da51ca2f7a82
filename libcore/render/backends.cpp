// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "render/backends.hpp"

#include <array>
#include <string>

#include "base/error.hpp"
#include "render/fast_renderer.hpp"
#include "render/processor.hpp"
#include "render/reference.hpp"

namespace inr::render {
namespace {

bool every_model(const model::ModelConfig& /*config*/) { return true; }

class CpuDrawing final : public Drawing {
 public:
  CpuDrawing(std::shared_ptr<const InrModel> model, std::span<const float> theta,
             std::shared_ptr<const model::GridPlan> plan)
      : model_(std::move(model)),
        plan_(std::move(plan)),
        renderer_(model_->config, model_->layout, model_->shared, theta, *plan_, chosen_operations()) {}
  void rows(int64_t first, int64_t count, std::span<float> out, const ForEach& for_each) override {
    renderer_.rows(first, count, out, for_each);
  }

 private:
  std::shared_ptr<const InrModel> model_;
  std::shared_ptr<const model::GridPlan> plan_;
  FastRenderer renderer_;
};

int64_t cpu_fixed_bytes(const InrModel& model, const model::GridPlan& plan, int n_threads) {
  return FastRenderer::fixed_bytes(model.config, model.layout, plan, n_threads);
}

int64_t cpu_band_bytes(const InrModel& model, const model::GridPlan& plan, int64_t n_rows) {
  return FastRenderer::band_bytes(model.config, plan, n_rows);
}

class ReferenceDrawing final : public Drawing {
 public:
  ReferenceDrawing(std::shared_ptr<const InrModel> model, std::span<const float> theta,
                   std::shared_ptr<const model::GridPlan> plan)
      : model_(std::move(model)), plan_(std::move(plan)), function_(make_reference(*model_, theta, *plan_)) {}
  void rows(int64_t first, int64_t count, std::span<float> out, const ForEach& for_each) override {
    float* to = out.data();
    for (int64_t y = first; y < first + count; ++y) {
      const Plane& row = function_->colours(plan_->y.pixel[static_cast<size_t>(y)], for_each);
      for (const int32_t cell : plan_->x.pixel) {
        for (int64_t c = 0; c < 3; ++c) *to++ = static_cast<float>(row.channel(c)[cell]);
      }
    }
  }

 private:
  std::shared_ptr<const InrModel> model_;
  std::shared_ptr<const model::GridPlan> plan_;
  std::unique_ptr<ReferenceFunction> function_;
};

int64_t reference_fixed_bytes(const InrModel& model, const model::GridPlan& plan, int /*n_threads*/) {
  return reference_bytes(model, plan);
}

/// The band alone: features are held for a single row.
int64_t reference_band_bytes(const InrModel& /*model*/, const model::GridPlan& plan, int64_t n_rows) {
  return n_rows * plan.width() * 3 * static_cast<int64_t>(sizeof(float));
}

template <typename T>
std::unique_ptr<Drawing> make(std::shared_ptr<const InrModel> model, std::span<const float> theta,
                              std::shared_ptr<const model::GridPlan> plan) {
  return std::make_unique<T>(std::move(model), theta, std::move(plan));
}

constexpr std::array kBackends = {
    Backend{kCpu, every_model, cpu_fixed_bytes, cpu_band_bytes, make<CpuDrawing>},
    Backend{kReference, every_model, reference_fixed_bytes, reference_band_bytes, make<ReferenceDrawing>},
};

}  // namespace

std::span<const Backend> backends() noexcept { return kBackends; }

const Backend& find_backend(std::string_view name) {
  std::string names;
  for (const Backend& backend : kBackends) {
    if (backend.name == name) return backend;
    names += (names.empty() ? "" : ", ") + std::string(backend.name);
  }
  throw base::UsageError("there is no back end \"" + base::printable(name) + "\"; use one of " + names);
}

}  // namespace inr::render
