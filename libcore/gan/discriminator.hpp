// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// StyleGAN2's residual discriminator, config-e, all layers with equalised learning rate (model.md, section 5).
// Differentiable twice.
#pragma once
#include <cstdint>

#include "field/tensor_map.hpp"
#include "model/config.hpp"

namespace inr::gan {

/// Weights N(0, 1), biases 0, named as in a checkpoint without "d.".
field::TensorMap initial_discriminator(const model::DiscriminatorConfig& config, int64_t resolution, uint64_t seed);

/// Logits [N, 1] of images [N, 3, R, R] in [-1, 1]. N is at most 4 or a multiple of 4 (groups of the minibatch standard
/// deviation); R is the resolution the weights were made for. Throws base::DataError otherwise.
at::Tensor discriminate(const field::TensorMap& weights, const at::Tensor& images);

}  // namespace inr::gan
