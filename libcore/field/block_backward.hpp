// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The way back through the layers of one block, tile by tile. Private to block_function.cpp.
#pragma once
#include <vector>

#include "field/block_shape.hpp"

namespace inr::field::block {

/// Gradients of the tensors in the flat list. weights: that list, the matrices alone; outputs: of every layer, [N, H W,
/// d]; d_heads: gradients of the heads' values, contiguous, undefined where there is none.
std::vector<at::Tensor> backward(const BlockShape& shape, const std::vector<at::Tensor>& weights,
                                 const std::vector<at::Tensor>& outputs, const std::vector<at::Tensor>& d_heads);

}  // namespace inr::field::block
