// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Whole pictures by the reference, before they are rounded to float32.
#pragma once
#include <span>
#include <vector>

#include "render/reference.hpp"

namespace inr::test {

/// [H, W, 3].
inline std::vector<double> reference_values(const render::InrModel& model, std::span<const float> theta,
                                            const model::GridPlan& plan) {
  const std::unique_ptr<render::ReferenceFunction> function = render::make_reference(model, theta, plan);
  std::vector<double> out;
  out.reserve(static_cast<size_t>(plan.width() * plan.height() * 3));
  for (const int32_t row : plan.y.pixel) {
    const render::Plane& colours = function->colours(row, render::in_this_thread);
    for (const int32_t cell : plan.x.pixel) {
      for (int64_t c = 0; c < 3; ++c) out.push_back(colours.channel(c)[cell]);
    }
  }
  return out;
}

}  // namespace inr::test
