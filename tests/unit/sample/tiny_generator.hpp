// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A small generator with random weights, and no h_mean.
#pragma once
#include "base/philox.hpp"
#include "model/theta_layout.hpp"
#include "sample/generator.hpp"
#include "unit/gan/tiny_config.hpp"

namespace inr::test {

inline sample::LoadedGenerator tiny_generator() {
  sample::LoadedGenerator out;
  out.config = tiny_config();
  for (const model::TensorSpec& spec : model::generator_tensors(out.config.model)) {
    size_t n = 1;
    for (const int64_t side : spec.shape) n *= static_cast<size_t>(side);
    std::vector<float>& values = out.weights[spec.name];
    values.resize(n);
    base::CounterRng(5, out.weights.size()).fill_normal(values);
    for (float& value : values) value *= 0.3F;
  }
  return out;
}

}  // namespace inr::test
