// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Inference of the hypernetwork G: latent z -> hidden h -> INR parameters theta (model.md, section 1; decoder released:
// released.md, section 1). Z space is z, W space is h. The differentiable one, for training, is gan/hypernetwork.hpp.
//
// Every value of a layer is one chain of fused multiply-adds over the layer's inputs, ascending, from the bias on;
// latents are lanes, work is cut over the layer's outputs. So a latent's h and theta have the same bits in any company,
// in any number of threads, and on every processor with fused multiply-add, however wide its vectors. All else is IEEE
// + - * / and square roots, one rounding each.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/config.hpp"
#include "model/weights.hpp"
#include "render/for_each.hpp"

namespace inr::kernels {
class Buffer;
struct Operations;
}  // namespace inr::kernels

namespace inr::render {

class Hypernetwork {
 public:
  using Row = std::vector<float>;
  /// Latents that share a pass over the weights; fewer cost as much.
  static constexpr int64_t kLanes = 16;

  /// weights: hypernet.* of the shapes that model::generator_tensors() gives; they must outlive this. Without
  /// hypernet.out.* there is no theta(). operations: see chosen_operations(). Throws std::out_of_range where another
  /// tensor is missing.
  Hypernetwork(const model::ModelConfig& config, const model::Weights& weights, const kernels::Operations& operations);

  /// h of each z: [n][z_dim] -> [n][hidden]. Throws std::invalid_argument (as theta) where a row has another width.
  [[nodiscard]] std::vector<Row> hidden(std::span<const Row> z, const ForEach& for_each) const;
  /// theta of each h: [n][hidden] -> [n][n_theta].
  [[nodiscard]] std::vector<Row> theta(std::span<const Row> h, const ForEach& for_each) const;
  /// The mean of h over the 10,000 latents of seed 0, which truncation pulls towards: [hidden].
  [[nodiscard]] Row mean_hidden(const ForEach& for_each) const;

 private:
  struct Linear {
    const float* weight = nullptr;  // [rows, columns]
    const float* bias = nullptr;    // [rows]
    int64_t rows = 0, columns = 0;
    const float* residual = nullptr;  // a_i, where the layer's input is added to its output
  };
  static Linear linear(const model::Weights& weights, const std::string& name, int64_t columns);
  [[nodiscard]] kernels::Buffer activated_layer(const Linear& layer, const kernels::Buffer& in, int64_t n_groups,
                                                const ForEach& for_each) const;

  const kernels::Operations* operations_;
  bool style_;  // decoder released: z is normalised, layers are leaky and without residuals
  std::vector<Linear> layers_;
  Linear out_;
};

/// h pulled towards its mean: (1 - psi) mean + psi h, in double precision, rounded once. psi 1 changes nothing, 0 gives
/// the mean.
void truncate(std::span<float> h, std::span<const float> mean, double psi);

}  // namespace inr::render
