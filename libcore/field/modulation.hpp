// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// From theta to the weights of each layer: the modulations of model.md, section 2 (Layers).
// Differentiable once.
// Letters: N images, C_in/C_out layer widths, r rank, m Fourier features.
#pragma once
#include <optional>
#include <vector>

#include "field/tensor_map.hpp"
#include "model/theta_layout.hpp"

namespace inr::field {

/// y = x W_x^T + e W_e^T + b. A part with no columns is undefined. Matrices are stored transposed, as the products need
/// them.
struct LayerWeights {
  at::Tensor x;     // [N, C_in of x, C_out]
  at::Tensor e;     // [N, C_in of e, C_out]
  at::Tensor bias;  // [N, 1, C_out]
};

struct BlockWeights {
  at::Tensor frequencies;  // [N, m + fixed, 2], scaled
  int64_t n_fixed = 0;     // how many of these, the last ones, are fixed
  std::optional<LayerWeights> low, high;
  std::vector<LayerWeights> layers;
  std::optional<LayerWeights> rgb;
};

/// All weights of N functions. theta: [N, n_theta]; shared: the tensors inr.*.shared (and .shared_bias) of the
/// checkpoint.
std::vector<BlockWeights> make_weights(const model::ModelConfig& config, const model::ThetaLayout& layout,
                                       const TensorMap& shared, const at::Tensor& theta);

}  // namespace inr::field
