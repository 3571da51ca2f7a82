// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Decoder latent: theta = w, everything else is shared (model.md, section 3).
#include <cmath>

#include "model/config.hpp"
#include "model/decoder_layouts.hpp"

namespace inr::model::decoders {
namespace {

int64_t inputs(const BlockConfig& block, int64_t layer) { return layer == 0 ? 2 : block.width; }

}  // namespace

ThetaLayout latent_layout(const ModelConfig& config) { return {.blocks = {}, .n_theta = config.w_dim}; }

std::vector<TensorSpec> latent_tensors(const ModelConfig& config) {
  const BlockConfig& block = config.blocks.front();
  std::vector<TensorSpec> specs;
  for (int64_t n = 0; n < block.layers; ++n) {
    const std::string name = "inr.0." + std::to_string(n);
    const int64_t in = inputs(block, n);
    const double deviation = std::sqrt(2.0 / static_cast<double>(in + config.w_dim));
    specs.push_back({name + ".shared", {block.width, in}, Initial::normal(deviation)});
    specs.push_back({name + ".shared_bias", {block.width}, Initial::normal(1)});
    specs.push_back({name + ".latent", {block.width, config.w_dim}, Initial::normal(deviation)});
  }
  const double deviation = std::sqrt(2.0 / static_cast<double>(block.width));
  specs.push_back({"inr.0.rgb.shared", {3, block.width}, Initial::normal(deviation)});
  specs.push_back({"inr.0.rgb.bias", {3}, Initial::normal(1)});
  return specs;
}

// w enters every layer, its product done once an image.
std::vector<LayerCost> latent_costs(const ModelConfig& config, MacCount count, const GridPlan& plan) {
  const BlockConfig& block = config.blocks.front();
  const int64_t d = block.width;
  const auto nx = static_cast<int64_t>(plan.x.cells.front().size());
  const auto ny = static_cast<int64_t>(plan.y.cells.front().size());
  std::vector<LayerCost> costs;
  for (int64_t n = 0; n < block.layers; ++n) {
    const int64_t in = inputs(block, n);
    costs.push_back(
        {"inr.0." + std::to_string(n), sum(product({ny, nx, in, d}), config.w_dim * d), (in + config.w_dim + 1) * d});
  }
  costs.push_back({"inr.0.rgb", count == MacCount::kPaper ? 0 : product({ny, nx, 3, d}), 3 * d + 3});
  return costs;
}

}  // namespace inr::model::decoders
