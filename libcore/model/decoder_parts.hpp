// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What rows of the table of decoders are put together from. Private to libcore/model.
#pragma once
#include <initializer_list>

#include "model/grid.hpp"
#include "model/macs.hpp"
#include "model/theta_layout.hpp"

namespace inr::model::parts {

// For decoders of blocks (model.md, section 2).
ThetaLayout block_layout(const ModelConfig& config);
std::vector<TensorSpec> block_tensors(const ModelConfig& config);
std::vector<LayerCost> block_costs(const ModelConfig& config, MacCount count, const GridPlan& plan);

/// Counts that may leave int64: UsageError.
int64_t product(std::initializer_list<int64_t> factors);
int64_t sum(int64_t a, int64_t b);

}  // namespace inr::model::parts
