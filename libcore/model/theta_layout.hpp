// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Where everything lies in theta, the vector of INR parameters that the hypernetwork emits (model.md, sections 2 and
// 3), and which tensors a checkpoint of a configuration must hold.
//
// Order of theta: per block B_k; then (split join, k > 0) low, high; then layers 0 .. n_k - 1; then to-RGB where the
// block has one.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/config.hpp"

namespace inr::model {

enum class LayerKind { kFmm, kFull, kAdain, kLowrank };

/// One modulated layer, y = W [x; e] + b. Columns: x_columns that see hidden features first, then e_columns that see
/// e_k. theta holds, from offset on:  fmm, lowrank: A [out, rank], B [rank, in], bias [out];  full: weight [out, in],
/// bias [out]; adain: g [out], b [out]. All row-major.
struct LayerLayout {
  std::string name;  // checkpoint name without ".shared": "inr.1.low", "inr.0.2"
  LayerKind kind = LayerKind::kFmm;
  int64_t in = 0, out = 0;
  int64_t x_columns = 0, e_columns = 0;
  bool x_is_coarse = false;  // x comes from the block before (first layer of a concat block, low of a split one)
  int64_t rank = 0;
  int64_t offset = 0, size = 0;
  double weight_scale =
      0;  // s_w; multiplies theta's weights (full, lowrank) or the shared ones (adain); fmm: initialisation only
  double bias_scale = 0;  // s_b
};

struct RgbLayout {
  int64_t in = 0, offset = 0, size = 0;  // weight [3, in], bias [3]
  double weight_scale = 0, bias_scale = 0;
};

struct BlockLayout {
  int64_t frequencies_offset = 0;  // B_k / fourier_scale, [m, 2]: columns x, y
  int64_t frequencies = 0;         // m, learned
  int64_t fixed_frequencies = 0;
  std::optional<LayerLayout> low, high;
  std::vector<LayerLayout> layers;
  std::optional<RgbLayout> rgb;
};

struct ThetaLayout {
  std::vector<BlockLayout> blocks;  // none in decoder latent, whose theta is w
  int64_t n_theta = 0;
};

ThetaLayout theta_layout(const ModelConfig& config);

/// n of a block's 2n or 4n fixed frequencies: ceil(log2 R_k) + 1, without the 1 in decoder released.
int64_t frequency_octaves(const ModelConfig& config, size_t k);

/// Rows of fixed frequencies of a block, [fixed_frequencies, 2] row-major (columns x, y), not multiplied by
/// fourier_scale (model.md, section 4). Not for decoder released, whose checkpoints store them.
std::vector<double> fixed_frequency_rows(const BlockConfig& block);
/// The first n_rows of 4 n_octaves rows in the same order: (0, f_i), (f_i, 0), (-f_i/2, f_i/2), (f_i/2, f_i/2) with
/// f_i = (pi/2) 2^i.
std::vector<double> octave_rows(int64_t n_rows, int64_t n_octaves);

/// How a tensor is drawn for a fresh model.
struct Initial {
  enum class Kind { kConstant, kNormal, kUniform } kind = Kind::kConstant;
  double value = 0;  // the constant; the standard deviation; the bound of U(-bound, bound)

  static constexpr Initial constant(double value) noexcept { return {Kind::kConstant, value}; }
  static constexpr Initial normal(double deviation) noexcept { return {Kind::kNormal, deviation}; }
  static constexpr Initial uniform(double bound) noexcept { return {Kind::kUniform, bound}; }
};

struct TensorSpec {
  std::string name;
  std::vector<int64_t> shape;
  Initial initial{};
  std::vector<double> first = {};  // the first values of a fresh tensor, where they are not drawn
};
/// Names without prefix, in file order: hypernet.*, then inr.*.shared. h_mean is not among them (optional).
std::vector<TensorSpec> generator_tensors(const ModelConfig& config);
/// The shared tensors inr.* alone (what an INR stream carries).
std::vector<TensorSpec> shared_tensors(const ModelConfig& config);
/// rgb.weight ... last.fc1.bias, in file order. resolution is the model's.
std::vector<TensorSpec> discriminator_tensors(const DiscriminatorConfig& config, int64_t resolution);

}  // namespace inr::model
