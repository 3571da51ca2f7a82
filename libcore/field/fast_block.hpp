// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A block on a whole grid by way of the coordinate term's nodes: the fast counterpart of evaluate_block().
#pragma once
#include <optional>

#include "field/coordinate_term.hpp"
#include "field/decoder.hpp"

namespace inr::field {

/// `next` of the block before, on its own grid: [N, Hc Wc, d], each cell shared by factor_y x factor_x points.
struct SharedCells {
  at::Tensor values;  // undefined for k = 0
  int64_t factor_y = 1, factor_x = 1;
};

/// Block k at every point of a grid; equal to evaluate_block() to the rounding of the type. Differentiable once.
/// nullopt where the coordinate term does not repay its nodes: small grids, very high frequencies, no frequencies.
std::optional<BlockOutput> evaluate_block_on_grid(const std::vector<BlockWeights>& weights, size_t k,
                                                  const PointGrid& grid, const SharedCells& coarse,
                                                  const TermOptions& options);

}  // namespace inr::field
