// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Decoder released: its blocks' weights for N images, and their evaluation at points (released.md, sections 2 and 3).
//
//   M = 1 + left right / sqrt(r),  W = W_s M, its rows divided by their length;  x <- act(W [up(x_{k-1}); e] + b)
//   e = [sin(B (u, v)); cos(B (u, v)); constants of the cell],  u = 2 q_x - 1,  v = 1 - 2/R - 2 q_y
//   act(x) = sqrt(2) leaky(x, 0.2);  rgb_k = (W_rgb s / sqrt(d)) x + b_rgb;  image_k = up(image_{k-1}) + rgb_k
//
// The hidden half of a block's first layer is taken below `up`, which is linear: W_x up(x) = up(W_x x).
// What is not a function of its point is made once an image, on the model's own grids, whole: with bilinear `up` the
// blocks below the last one, with instance norm the deviations, which then are part of the weights. Afterwards every
// point is independent of its neighbours, in any window and tile.
//
// Letters: N images, P points (cells), d width, C inputs, E features of a point, R own grid of a block.
#pragma once
#include <vector>

#include "field/function.hpp"

namespace inr::field::decoders {

/// A layer of N images. x and e: what its hidden inputs and the point's features are multiplied with; undefined where
/// it has none of them.
struct ReleasedLayer {
  at::Tensor x, e;  // [N, C, d], [N, E, d]
  at::Tensor bias;  // [1, 1, d]
};

struct ReleasedBlock {
  int64_t resolution = 0;  // R
  bool cosine = true;
  at::Tensor basis;      // [rows, 2]; undefined without frequencies
  at::Tensor constants;  // [c, R R]; undefined without
  std::vector<ReleasedLayer> layers;
  ReleasedLayer rgb;  // x alone
};

/// shared: the tensors inr.*, theta: [N, n_theta], of one type and device.
std::vector<ReleasedBlock> make_released_blocks(const model::ModelConfig& config, const model::ThetaLayout& layout,
                                                const TensorMap& shared, const at::Tensor& theta);

/// [P, E], the same for all images; undefined where the block has none. q: cell corners in image units, [P, 2] float64,
/// columns x, y. Like the released code, u and v are float32 numbers.
at::Tensor released_features(const ReleasedBlock& block, const at::Tensor& q);

/// Everything on the model's own grids, block by block. Instance norm is measured on the way and becomes part of
/// blocks' weights; so it is called once for them.
struct ReleasedMaps {
  std::vector<std::vector<at::Tensor>> features;  // [k][l]: [N, R R, d] behind layer l, where asked for
  std::vector<at::Tensor> images;                 // [k]: image_k, [N, R R, 3], where features are asked for
  // Of the last block that has one above it: its features times W_x of that, and image_k.
  at::Tensor next, rgb;
};
/// Blocks 0 .. end - 1. [N, R R, .] in raster order.
ReleasedMaps evaluate_own_grids(const model::ModelConfig& config, std::vector<ReleasedBlock>& blocks, size_t end,
                                bool keep_features = false);

}  // namespace inr::field::decoders
