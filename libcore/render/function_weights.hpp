// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// One function's weights from its theta, in the layout of the kernels, for all decoders (model.md,
// section 2, Layers; released.md, section 2). Made once an image, every strip by itself. How they are made of theta is
// the decoder's: libcore/decoders/*/weights.cpp.
// Letters: d rows, C columns of a matrix, m any and f separable frequencies, R own grid of a block.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/buffer.hpp"
#include "kernels/operations.hpp"
#include "model/config.hpp"
#include "model/theta_layout.hpp"
#include "model/weights.hpp"
#include "render/matrix.hpp"
#include "render/seven_products.hpp"

namespace inr::render {

/// y = act(x W_x^T + e W_e^T + b). In a block's first layer x is the coarser block's `next`, already multiplied.
struct Layer {
  Matrix x, e;
  SevenProducts x_products;  // empty: x alone
  kernels::Buffer bias;      // [d, padded to strips]
};

/// A product with a block's last features.
struct Head {
  Matrix x;
  SevenProducts x_products;  // empty: x alone
  kernels::Buffer bias;      // empty: none
};

/// Features that are stored for every cell of a block's own grid, and what the first layer makes of them.
struct StoredCells {
  int64_t resolution = 0;         // R
  const float* values = nullptr;  // [c, R, R]
  Matrix x;                       // [d, c]
};

struct Block {
  int64_t width = 0;  // d
  kernels::Activation activation = kernels::Activation::kRelu;
  // e sees sines, then cosines, of frequencies times p = scale q + shift, q in image units: first of n_learned
  // frequencies of any direction, then of n_fixed that are few along either axis (nodes.hpp, Separated).
  std::vector<double> frequencies;  // [m + f, 2], columns x and y, radians per unit of p
  double scale = 1, shift_x = 0, shift_y = 0;
  int64_t n_learned = 0;  // m
  int64_t n_fixed = 0;    // f
  std::vector<Layer> layers;
  StoredCells stored;  // empty: none
  Head next;           // the first matrix of the block above; empty in the last block
  Head rgb;            // [3, d]; empty where there is none
};

struct FunctionWeights {
  std::vector<Block> blocks;
  bool tanh = true;  // of the summed colours
};

/// theta: [n_theta]; read while this runs, not kept. shared: the tensors inr.*; they must outlive the weights.
FunctionWeights make_weights(const model::ModelConfig& config, const model::ThetaLayout& layout,
                             const model::Weights& shared, std::span<const float> theta,
                             const kernels::Operations& operations, const ForEach& for_each);

}  // namespace inr::render
