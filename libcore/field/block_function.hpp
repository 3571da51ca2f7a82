// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// All layers of one block on its whole grid as a single differentiable function (render.md, sections 1, 2 and 4).
//
// The grid is cut into tiles of a few rows that go through all layers before the next tile is begun, so that a layer's
// input is still in the cache when it is used; bias, coordinate term and ReLU are added to the tile in place. Of the
// whole grid only the layers' outputs are kept, and only where a gradient is wanted: they are all that the way back
// needs. The features of the points are never made.
//
// Letters: N images, H rows and W columns of points, d width of the block.
#pragma once
#include <memory>
#include <vector>

#include "field/coordinate_term.hpp"

namespace inr::field {

/// y = relu(x W_x + bias + term), the first layer of a block with the hidden half of the coarser grid in place of x
/// W_x.
struct LayerInputs {
  at::Tensor x;      // [N, d, d]; undefined in the first layer of a block
  at::Tensor bias;   // [N, 1, d]; undefined where the term contains it
  TermFactors term;  // neither part defined: a layer without coordinates
};

/// A product with the block's last features: to-RGB, or the first matrix of the next block.
struct HeadInputs {
  at::Tensor x;     // [N, d, c]
  at::Tensor bias;  // [N, 1, c], or undefined
};

/// The hidden half of a block's first layer, on the coarser grid [N, H / factor_y * W / factor_x, d]: each of its rows
/// serves a rectangle of points. Undefined for the first block.
struct CoarseInputs {
  at::Tensor values;
  int64_t factor_y = 1, factor_x = 1;
};

/// Values of the heads on the grid, [N, H W, c] each. Differentiable once with respect to every tensor of the inputs.
/// The sums that make a gradient depend on N and the grid only, never on the number of threads.
std::vector<at::Tensor> block_function(const std::shared_ptr<const TermGrid>& grid, const CoarseInputs& coarse,
                                       const std::vector<LayerInputs>& layers, const std::vector<HeadInputs>& heads);

}  // namespace inr::field
