// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What the rows of the table of decoders are made of, and what these functions share. For the sources of model and
// decoders alone.
#pragma once
#include <initializer_list>

#include "model/decoders.hpp"
#include "model/grid.hpp"
#include "model/macs.hpp"
#include "model/theta_layout.hpp"

namespace inr::model::decoders {

// Of every implementation: see DecoderRow. Those of blocks (model.md, section 2) are theta_layout.cpp and macs.cpp.
#define INR_DECODER(identifier, name, implementation, ...)                     \
  ThetaLayout implementation##_layout(const ModelConfig& config);              \
  std::vector<TensorSpec> implementation##_tensors(const ModelConfig& config); \
  std::vector<LayerCost> implementation##_costs(const ModelConfig& config, MacCount count, const GridPlan& plan);
#include "decoders/table.def"
#undef INR_DECODER

/// Counts that may leave int64: UsageError.
int64_t product(std::initializer_list<int64_t> factors);
int64_t sum(int64_t a, int64_t b);

}  // namespace inr::model::decoders
