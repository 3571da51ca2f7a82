// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The one list of configuration keys. Reading, writing, settings and the search for misspelt keys are visitors of it:
// visit(key, field) is called for every key in the order of the structs. Private to libcore/model.
#pragma once
#include <array>
#include <string_view>
#include <utility>

#include "model/config.hpp"

namespace inr::model::fields {

template <typename Block, typename Visit>
void for_each_block_field(Block& block, Visit&& visit) {
  visit("resolution", block.resolution);
  visit("width", block.width);
  visit("frequencies", block.frequencies);
  visit("layers", block.layers);
  visit("rgb", block.rgb);
  visit("fixed_frequencies", block.fixed_frequencies);
  visit("random_frequencies", block.random_frequencies);
  visit("cosine", block.cosine);
  visit("constants", block.constants);
}

template <typename Model, typename Visit>
void for_each_model_field(Model& model, Visit&& visit) {
  visit("resolution", model.resolution);
  visit("z_dim", model.z_dim);
  visit("hidden", model.hidden);
  visit("depth", model.depth);
  visit("decoder", model.decoder);
  visit("modulation", model.modulation);
  visit("rank", model.rank);
  visit("join", model.join);
  visit("fourier_scale", model.fourier_scale);
  visit("skip_coords", model.skip_coords);
  visit("upsample_from", model.upsample_from);
  visit("w_dim", model.w_dim);
  visit("upsampling", model.upsampling);
  visit("instance_norm", model.instance_norm);
  visit("blocks", model.blocks);
}

template <typename Discriminator, typename Visit>
void for_each_discriminator_field(Discriminator& discriminator, Visit&& visit) {
  visit("channel_base", discriminator.channel_base);
  visit("channel_max", discriminator.channel_max);
}

template <typename Training, typename Visit>
void for_each_training_field(Training& training, Visit&& visit) {
  visit("batch", training.batch);
  visit("lr_hypernet", training.lr_hypernet);
  visit("lr_shared", training.lr_shared);
  visit("lr_d", training.lr_d);
  visit("beta1", training.beta1);
  visit("beta2", training.beta2);
  visit("r1", training.r1);
  visit("r1_every", training.r1_every);
  visit("ema", training.ema);
  visit("ema_half_life", training.ema_half_life);
  visit("ema_ramp", training.ema_ramp);
  visit("flip", training.flip);
  visit("iterations", training.iterations);
  visit("seed", training.seed);
}

// The four lists as objects, to be handed to templates.
inline constexpr auto kBlockFields = [](auto& block, auto&& visit) { for_each_block_field(block, visit); };
inline constexpr auto kModelFields = [](auto& model, auto&& visit) { for_each_model_field(model, visit); };
inline constexpr auto kDiscriminatorFields = [](auto& d, auto&& visit) { for_each_discriminator_field(d, visit); };
inline constexpr auto kTrainingFields = [](auto& training, auto&& visit) { for_each_training_field(training, visit); };

/// Names of an enumeration's values, in the order of the values. (Those of Decoder are in its table.)
template <typename Enum>
struct Names;
template <>
struct Names<Modulation> {
  static constexpr std::array<std::string_view, 5> kAll = {"fmm", "se", "adain", "full", "lowrank"};
};
template <>
struct Names<Join> {
  static constexpr std::array<std::string_view, 2> kAll = {"concat", "split"};
};
template <>
struct Names<Upsampling> {
  static constexpr std::array<std::string_view, 2> kAll = {"nearest", "bilinear"};
};

/// Makes the rest of a model follow from its decoder and modulation where these leave no choice. A key the caller was
/// given (given(key) is true) stays as it is, so that validate() can name the contradiction.
template <typename Given>
void fix_what_follows(ModelConfig& model, Given&& given) {
  if (!given("modulation")) model.modulation = row_of(model.decoder).modulation.value_or(model.modulation);
  if (!given("rank") && model.modulation == Modulation::kSe) model.rank = 1;
  if (!given("skip_coords") && !row_of(model.decoder).takes_skip_coords()) model.skip_coords = false;
  if (!given("upsample_from")) model.upsample_from = static_cast<int64_t>(model.blocks.size()) - 1;
}

}  // namespace inr::model::fields
