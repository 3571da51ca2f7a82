// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The part of a checkpoint that sampling needs: loading it, and writing it alone.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "model/config.hpp"
#include "model/weights.hpp"
#include "render/for_each.hpp"

namespace inr::sample {

/// A generator as sampling uses it: the ema. weights.
struct LoadedGenerator {
  model::Config config;
  model::Weights weights;                    // hypernet.*, inr.*
  std::optional<std::vector<float>> h_mean;  // [hidden]
  std::string model_hash;                    // of names and values of the weights, 64 hex digits
  base::Json progress;                       // null where the checkpoint has none
  base::Json provenance;
  std::string path;
};
LoadedGenerator load_generator(const std::string& path);

/// h_mean of a generator whose checkpoint has none: the mean of h over the 10,000 latents of seed 0, [hidden].
std::vector<float> mean_hidden(const LoadedGenerator& generator, const render::ForEach& for_each);

/// Only what sampling needs: ema. and h_mean, in float32 or float16 (half). for_each: computes h_mean where the
/// checkpoint has none.
void export_generator(const LoadedGenerator& generator, const std::string& path, bool half,
                      const render::ForEach& for_each);

}  // namespace inr::sample
