// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The presets of model.md, section 4, and the plain readings of Table 1's rows 1 to 4 (table1.md).
//
// Batch is the paper's total, 4 GPUs times 32 images at 128, 16 at 256 and 8 at 1024; the rates are those of the
// released code (TrainingConfig's defaults). Discriminator: config-e, the defaults of DiscriminatorConfig.
#include "model/presets.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace inr::model {
namespace {

int64_t paper_batch(int64_t resolution) {
  if (resolution <= 128) return 4 * 32;
  return resolution <= 256 ? 4 * 16 : 4 * 8;
}

// A configuration with everything at its default but the blocks and what follows from them.
Config of_blocks(std::vector<BlockConfig> blocks, Join join) {
  Config config;
  config.model.blocks = std::move(blocks);
  config.model.join = join;
  config.model.resolution = config.model.blocks.back().resolution;
  config.model.upsample_from = static_cast<int64_t>(config.model.blocks.size()) - 1;
  config.training.batch = paper_batch(config.model.resolution);
  return config;
}

Config without_skip(Config config) {
  config.model.skip_coords = false;
  return config;
}

Config with_depth(Config config, int64_t depth) {
  config.model.depth = depth;
  return config;
}

// The released four-block model evaluates denser grids with all of its blocks.
Config continuous(Config config) {
  config.model.upsample_from = 0;
  return config;
}

Config lsun256() {
  return with_depth(of_blocks({{128, 512, 256, 4, true, 16}, {256, 256, 128, 4, true, 18}}, Join::kConcat), 4);
}

// Rows 1 to 4 of Table 1, of one block.
Config with_decoder(Config config, Decoder decoder) {
  config.model.decoder = decoder;
  if (decoder == Decoder::kFourier || decoder == Decoder::kHyper) config.model.modulation = Modulation::kFull;
  return config;
}

// 512-wide layers without coordinates in the inner ones.
Config single_scale(Decoder decoder, int64_t resolution, int64_t frequencies, int64_t n_layers) {
  return with_decoder(without_skip(of_blocks({{resolution, 512, frequencies, n_layers, true, 0}}, Join::kConcat)),
                      decoder);
}

Config tiny(std::vector<BlockConfig> blocks, int64_t channel_base, double lr_shared) {
  Config config = continuous(of_blocks(std::move(blocks), Join::kConcat));
  config.model.z_dim = 64;
  config.model.hidden = 128;
  config.discriminator = {.channel_base = channel_base, .channel_max = 64};
  config.training.batch = 16;
  config.training.lr_hypernet = 5e-4;
  config.training.lr_shared = lr_shared;
  config.training.lr_d = 3e-3;
  config.training.ema_half_life = 2000;
  config.training.ema_ramp = 0.1;
  return config;
}

void append_multiscale(std::vector<Preset>& out) {
  out.push_back({"lsun128", "the paper's LSUN 128 model (Table 1)",
                 without_skip(of_blocks({{64, 512, 256, 4, false, 0}, {128, 512, 256, 3, true, 0}}, Join::kSplit))});
  out.push_back({"lsun256", "the paper's LSUN 256 model (Table 1)", lsun256()});
  out.push_back({"ffhq256", "the same network for faces at 256", lsun256()});
  out.push_back({"ffhq1024", "the paper's FFHQ 1024 model (Table 1)",
                 continuous(with_depth(of_blocks({{128, 512, 256, 4, true, 16},
                                                  {256, 256, 128, 4, true, 18},
                                                  {512, 64, 32, 2, true, 20},
                                                  {1024, 32, 8, 2, true, 22}},
                                                 Join::kConcat),
                                       4))});
  out.push_back({"lsun128-released", "LSUN 128 as in the authors' code",
                 of_blocks({{64, 512, 256, 3, false, 0}, {128, 512, 256, 4, true, 0}}, Join::kSplit)});
  out.push_back({"lsun256-released", "LSUN 256 as in the authors' code",
                 of_blocks({{128, 512, 256, 4, true, 0}, {256, 256, 128, 4, true, 0}}, Join::kSplit)});
  out.push_back({"ffhq1024-released", "FFHQ 1024 as in the authors' code",
                 continuous(of_blocks({{128, 512, 256, 4, true, 0},
                                       {256, 256, 128, 4, true, 0},
                                       {512, 64, 32, 2, true, 0},
                                       {1024, 32, 8, 1, true, 0}},
                                      Join::kSplit))});
  out.push_back({"ffhq1024-appendix", "FFHQ 1024 as in the paper's appendix",
                 continuous(of_blocks({{128, 512, 256, 3, true, 0},
                                       {256, 512, 256, 3, true, 0},
                                       {512, 128, 64, 2, true, 0},
                                       {1024, 32, 16, 2, true, 0}},
                                      Join::kConcat))});
}

void append_table_rows(std::vector<Preset>& out) {
  for (const int64_t resolution : {128, 256, 1024}) {
    const std::string size = std::to_string(resolution);
    // Eight layers; w enters each of them.
    out.push_back({"latent" + size, "Table 1, row 1: one shared INR, conditioned on w",
                   single_scale(Decoder::kLatent, resolution, 0, 8)});
    // Five layers 512 -> 512 behind the one that takes the point in.
    out.push_back({"hyper" + size, "Table 1, row 2: all weights from the hypernetwork",
                   single_scale(Decoder::kHyper, resolution, 0, 6)});
    out.push_back({"fourier" + size, "Table 1, row 3: row 2 with predicted Fourier features",
                   single_scale(Decoder::kFourier, resolution, 256, 6)});
    out.push_back({"fmm" + size, "Table 1, row 4: row 3 with factorised modulation",
                   single_scale(Decoder::kFmm, resolution, 256, 6)});
  }
}

// The five decoders at 32 x 32, at about the same cost: 9 to 10 million multiply-accumulates in the INR, as far as
// their structure allows it (inr-macs prints them), with everything else the same.
void append_tiny32(std::vector<Preset>& out) {
  const auto tiny32 = [](std::vector<BlockConfig> blocks) { return tiny(std::move(blocks), 512, 2e-3); };
  out.push_back(
      {"tiny32", "small pictures in minutes on a CPU", tiny32({{16, 64, 32, 2, true, 0}, {32, 32, 16, 2, true, 0}})});
  Config latent = with_decoder(without_skip(tiny32({{32, 48, 0, 5, true, 0}})), Decoder::kLatent);
  latent.model.w_dim = latent.model.z_dim;
  out.push_back({"tiny32-latent", "tiny32 with the decoder of Table 1, row 1", latent});
  out.push_back({"tiny32-hyper", "tiny32 with the decoder of Table 1, row 2",
                 with_decoder(without_skip(tiny32({{32, 48, 0, 5, true, 0}})), Decoder::kHyper)});
  out.push_back({"tiny32-fourier", "tiny32 with the decoder of Table 1, row 3",
                 with_decoder(tiny32({{32, 32, 24, 4, true, 0}}), Decoder::kFourier)});
  out.push_back({"tiny32-fmm", "tiny32 with the decoder of Table 1, row 4",
                 with_decoder(tiny32({{32, 32, 24, 4, true, 0}}), Decoder::kFmm)});
}

// The networks of the six public checkpoints (released.md, section 2), by the names that these have.
Config public_checkpoint(Upsampling upsampling, int64_t extra_layers) {
  Config config = of_blocks({{32, 512, 0, 1, true, 20},
                             {32, 512, 0, 2, true, 0},
                             {32, 512, 0, 2, true, 0},
                             {32, 512, 0, 2, true, 0},
                             {64, 512, 0, 2, true, 24},
                             {128, 256, 0, 2 + extra_layers, true, 14},
                             {256, 128, 0, 2 + extra_layers, true, 16}},
                            Join::kConcat);
  ModelConfig& model = config.model;
  model.decoder = Decoder::kReleased;
  model.skip_coords = false;
  model.hidden = 512;
  model.depth = 2;
  model.upsampling = upsampling;
  model.instance_norm = upsampling == Upsampling::kBilinear;
  const auto stored = [&](size_t k, int64_t random, int64_t constants) {
    model.blocks[k].random_frequencies = random;
    model.blocks[k].constants = constants;
  };
  stored(0, 0, 128), stored(4, 0, 128), stored(5, 32, 64), stored(6, 32, 64);
  return config;
}

void append_public(std::vector<Preset>& out) {
  out.push_back({"inr-gan", "the authors' public checkpoints of bedrooms and FFHQ (drawn, not trained)",
                 public_checkpoint(Upsampling::kNearest, 1)});
  out.push_back(
      {"inr-gan-churches", "the same for churches, without extra layers", public_checkpoint(Upsampling::kNearest, 0)});
  out.push_back({"inr-gan-bil", "the same with bilinear upsampling and instance norm",
                 public_checkpoint(Upsampling::kBilinear, 1)});
}

std::vector<Preset> make_presets() {
  std::vector<Preset> out;
  append_multiscale(out);
  append_table_rows(out);
  append_public(out);
  append_tiny32(out);
  out.push_back({"tiny64", "small pictures at 64 x 64, an hour on a CPU",
                 tiny({{16, 64, 32, 2, true, 0}, {32, 64, 16, 1, true, 0}, {64, 32, 8, 1, true, 0}}, 1024, 1e-3)});
  return out;
}

}  // namespace

const std::vector<Preset>& presets() {
  static const std::vector<Preset> kPresets = make_presets();
  return kPresets;
}

const Preset& find_preset(std::string_view name) {
  std::vector<std::string> names;
  for (const Preset& preset : presets()) {
    if (preset.name == name) return preset;
    names.push_back(preset.name);
  }
  const std::string near = base::nearest_word(name, names.data(), names.data() + names.size());
  if (const auto found = std::find(names.begin(), names.end(), near); found != names.end()) {
    std::rotate(names.begin(), found, found + 1);
  }
  std::string list;
  for (const std::string& known : names) list += (list.empty() ? "" : ", ") + known;
  throw base::UsageError("preset '" + base::printable(name, 40) + "' is unknown; there are " + list);
}

}  // namespace inr::model
