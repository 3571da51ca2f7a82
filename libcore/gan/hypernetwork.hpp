// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The hypernetwork G: latent z -> hidden h -> INR parameters theta (model.md, section 1; the paper's section 3.1; of
// decoder released: its mapping network and affine layers, released.md, section 1). Differentiable, for training; for
// sampling there is render/hypernetwork.hpp. W space is h, Z space is z.
#pragma once
#include <cstdint>

#include "field/tensor_map.hpp"
#include "model/config.hpp"

namespace inr::gan {

/// Fresh weights as the specifications say (float32, CPU), under the specifications' names. Every tensor is drawn from
/// its own counter stream, keyed by (seed, prefix + name), so adding a tensor changes no other.
field::TensorMap draw_tensors(std::span<const model::TensorSpec> specs, uint64_t seed, const std::string& prefix = {});

/// Fresh weights of G: hypernet.* and the shared tensors inr.*, named as in a checkpoint.
field::TensorMap initial_generator(const model::ModelConfig& config, uint64_t seed);

/// h = hypernetwork(z): [N, z_dim] -> [N, hidden].
at::Tensor hidden(const model::ModelConfig& config, const field::TensorMap& weights, const at::Tensor& z);

/// theta = connector(h): [N, hidden] -> [N, n_theta].
at::Tensor theta(const field::TensorMap& weights, const at::Tensor& h);

/// Latents of records first .. first + n - 1: row i is drawn by key (seed, first + i). [n, z_dim], the same on every
/// machine.
at::Tensor latents(uint64_t seed, uint64_t first, int64_t n, int64_t z_dim);

}  // namespace inr::gan
