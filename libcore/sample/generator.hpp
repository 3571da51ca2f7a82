// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The part of a checkpoint that sampling needs: loading it, and writing it alone.
#pragma once
#include <optional>
#include <string>

#include "base/json.hpp"
#include "field/tensor_map.hpp"
#include "model/config.hpp"

namespace inr::sample {

/// A generator as sampling uses it: the ema. weights.
struct LoadedGenerator {
  model::Config config;
  field::TensorMap weights;          // hypernet.*, inr.*
  std::optional<at::Tensor> h_mean;  // [hidden]
  std::string model_hash;            // of names and values of the weights, 64 hex digits
  base::Json progress;               // null where the checkpoint has none
  base::Json provenance;
  std::string path;
};
LoadedGenerator load_generator(const std::string& path);

/// Only what sampling needs: ema. and h_mean, in float32 or float16 (half).
void export_generator(const LoadedGenerator& generator, const std::string& path, bool half);

}  // namespace inr::sample
