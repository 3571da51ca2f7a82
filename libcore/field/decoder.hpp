// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Whole images of any decoder, and blocks of the multi-scale INR as functions of points (model.md, section 2).
// Differentiable; float32 or float64.
// Letters: N images, P points (cells) of a block, d_k widths, m Fourier features, H/W pixels.
#pragma once
#include <vector>

#include "field/coordinate_term.hpp"
#include "field/modulation.hpp"
#include "model/grid.hpp"

namespace inr::field {

/// What a block hands on: the product of its features with the next block's first matrix, taken on this coarser grid
/// and then shared by the finer cells (the same result as the paper's upsampled features, at a quarter of the cost),
/// and its colours.
struct BlockOutput {
  at::Tensor next;  // [N, P, d_{k+1}], undefined after the last block
  at::Tensor rgb;   // [N, P, 3], undefined where the block has no to-RGB
};

/// Evaluates block k at the points q (cell corners in image units, [P, 2], columns x, y). coarse: `next` of block k - 1
/// at these points, [N, P, d_k]; undefined for k = 0.
BlockOutput evaluate_block(const std::vector<BlockWeights>& weights, size_t k, const at::Tensor& q,
                           const at::Tensor& coarse);

/// e_k: [N, P, 2 (m + fixed)], all sines, then all cosines; (x, y) itself where a block has no frequencies (decoder
/// hyper).
at::Tensor coordinate_features(const BlockWeights& block, const at::Tensor& q);

/// Cell corners of a part of block k's grid, raster cells first .. first + count - 1 (clamped to the last cell):
/// [count, 2] float64, on the processor.
at::Tensor cell_points(const model::GridPlan& plan, size_t k, int64_t first, int64_t count);

/// How whole images are evaluated: point by point; by way of the coordinate term's nodes where these pay
/// (coordinate_term.hpp); or both, for the difference.
enum class Kernel { kReference, kFast, kCheck };

struct DecodeOptions {
  bool raw = false;  // before tanh
  Kernel kernel = Kernel::kFast;
  TermOptions term = {};               // of the fast kernel
  double* worst_difference = nullptr;  // kCheck: raised to the largest |fast - reference| of a value of the image
};

/// Whole images at once, through autograd: [N, 3, H, W], differentiable once. theta: [N, n_theta]. kCheck returns the
/// fast kernel's image.
at::Tensor decode(const model::ModelConfig& config, const model::ThetaLayout& layout, const TensorMap& shared,
                  const at::Tensor& theta, const model::GridPlan& plan, const DecodeOptions& options = {});

}  // namespace inr::field
