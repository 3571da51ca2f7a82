// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "model/decoders.hpp"

#include <array>
#include <cmath>

#include "model/config.hpp"
#include "model/decoder_parts.hpp"

namespace inr::model {
namespace {

// Decoder latent: theta = w, everything else is shared (model.md, section 3).

ThetaLayout latent_layout(const ModelConfig& config) { return {.blocks = {}, .n_theta = config.w_dim}; }

int64_t latent_inputs(const BlockConfig& block, int64_t layer) { return layer == 0 ? 2 : block.width; }

std::vector<TensorSpec> latent_tensors(const ModelConfig& config) {
  const BlockConfig& block = config.blocks.front();
  std::vector<TensorSpec> specs;
  for (int64_t n = 0; n < block.layers; ++n) {
    const std::string name = "inr.0." + std::to_string(n);
    const int64_t in = latent_inputs(block, n);
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
    const int64_t in = latent_inputs(block, n);
    costs.push_back({"inr.0." + std::to_string(n), parts::sum(parts::product({ny, nx, in, d}), config.w_dim * d),
                     (in + config.w_dim + 1) * d});
  }
  costs.push_back({"inr.0.rgb", count == MacCount::kPaper ? 0 : parts::product({ny, nx, 3, d}), 3 * d + 3});
  return costs;
}

constexpr std::array kRows = {
    DecoderRow{.decoder = Decoder::kLatent,
               .name = "latent",
               .summary = "one shared INR, conditioned on w",
               .one_block = true,
               .fourier_features = false,
               .modulated = false,
               .modulation = {},
               .layout = latent_layout,
               .shared = latent_tensors,
               .costs = latent_costs},
    DecoderRow{.decoder = Decoder::kHyper,
               .name = "hyper",
               .summary = "all weights from the hypernetwork, the point itself goes in",
               .one_block = true,
               .fourier_features = false,
               .modulated = false,
               .modulation = {},
               .layout = parts::block_layout,
               .shared = parts::block_tensors,
               .costs = parts::block_costs},
    DecoderRow{.decoder = Decoder::kFourier,
               .name = "fourier",
               .summary = "hyper with predicted Fourier features",
               .one_block = true,
               .fourier_features = true,
               .modulated = true,
               .modulation = Modulation::kFull,
               .layout = parts::block_layout,
               .shared = parts::block_tensors,
               .costs = parts::block_costs},
    DecoderRow{.decoder = Decoder::kFmm,
               .name = "fmm",
               .summary = "fourier with factorised multiplicative modulation",
               .one_block = true,
               .fourier_features = true,
               .modulated = true,
               .modulation = Modulation::kFmm,
               .layout = parts::block_layout,
               .shared = parts::block_tensors,
               .costs = parts::block_costs},
    DecoderRow{.decoder = Decoder::kMultiscale,
               .name = "multiscale",
               .summary = "blocks from coarse to fine: the paper's model",
               .one_block = false,
               .fourier_features = true,
               .modulated = true,
               .modulation = {},
               .layout = parts::block_layout,
               .shared = parts::block_tensors,
               .costs = parts::block_costs},
};

constexpr bool rows_follow_the_enumeration() {
  for (size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].decoder != static_cast<Decoder>(i)) return false;
  }
  return true;
}
static_assert(rows_follow_the_enumeration());

}  // namespace

std::span<const DecoderRow> decoders() noexcept { return kRows; }

const DecoderRow& row_of(Decoder decoder) noexcept { return kRows[static_cast<size_t>(decoder)]; }

}  // namespace inr::model
