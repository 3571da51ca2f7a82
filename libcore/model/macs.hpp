// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Multiply-accumulates and parameters of a configuration (table1.md): full, paper and executed counts.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "model/config.hpp"

namespace inr::model {

enum class MacCount { kFull, kPaper, kExecuted };

struct LayerCost {
  std::string name;  // "hypernet.0", "inr.0.B", "inr.1.0", "inr.1.rgb", "inr.1.0.AB"
  int64_t macs = 0;
  int64_t parameters = 0;
};

struct Cost {
  std::vector<LayerCost> layers;
  int64_t macs = 0;        // of one image
  int64_t parameters = 0;  // of G: hypernetwork, connector and shared INR tensors
  int64_t n_theta = 0;
};

/// Cost of one image of size x size (0 = the training resolution) by the given count.
Cost count_cost(const ModelConfig& config, MacCount count, int64_t size = 0);

}  // namespace inr::model
