// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The hypernetwork G: latent z -> hidden h -> INR parameters theta (model.md, section 1; the paper's section 3.1).
// Differentiable. W space is h, Z space is z.
#pragma once
#include <cstdint>

#include "field/tensor_map.hpp"
#include "model/config.hpp"

namespace inr::gan {

/// Fresh weights of G: hypernet.* and inr.*.shared, named as in a checkpoint. Every tensor is drawn from its own
/// counter stream, keyed by (seed, name), so adding a tensor changes no other.
field::TensorMap initial_generator(const model::ModelConfig& config, uint64_t seed);

/// h = hypernetwork(z): [N, z_dim] -> [N, hidden].
at::Tensor hidden(const model::ModelConfig& config, const field::TensorMap& weights, const at::Tensor& z);

/// theta = connector(h): [N, hidden] -> [N, n_theta].
at::Tensor theta(const field::TensorMap& weights, const at::Tensor& h);

/// Latents of records first .. first + n - 1: row i is drawn by key (seed, first + i). [n, z_dim], the same on every
/// machine.
at::Tensor latents(uint64_t seed, uint64_t first, int64_t n, int64_t z_dim);

/// Mean of h over the 10,000 latents of seed 0 (truncation, model.md section 1): [hidden].
at::Tensor mean_hidden(const model::ModelConfig& config, const field::TensorMap& weights);

/// A tensor of standard normals / uniforms in [low, high) from the stream keyed by (seed, name).
at::Tensor keyed_normal(uint64_t seed, const std::string& name, at::IntArrayRef shape, double deviation);
at::Tensor keyed_uniform(uint64_t seed, const std::string& name, at::IntArrayRef shape, double bound);

}  // namespace inr::gan
