// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Configuration of a model and its training: plain structs with defaults, and their JSON form (inr-checkpoint.5).
// Every key has a default; unknown keys are errors that name the nearest known one; contradictions are errors.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "model/decoders.hpp"

namespace inr::model {

enum class Modulation { kFmm, kSe, kAdain, kFull, kLowrank };
enum class Join { kConcat, kSplit };
enum class Upsampling { kNearest, kBilinear };

/// One scale of the INR.
struct BlockConfig {
  int64_t resolution = 0;   // R_k, cells per image side at training
  int64_t width = 0;        // d_k
  int64_t frequencies = 0;  // m_k, learned
  int64_t layers = 0;       // n_k
  bool rgb = false;
  int64_t fixed_frequencies = 0;  // 0, 2n or 4n with n = ceil(log2 R_k) + 1 (decoder released: without the 1)
  // Decoder released only.
  int64_t random_frequencies = 0;  // stored, the same for all images
  bool cosine = true;              // of every frequency its cosine too
  int64_t constants = 0;           // stored features of every cell
  bool operator==(const BlockConfig&) const = default;
};

/// (128, 512, 256, 4, rgb) (256, 256, 128, 4, rgb).
std::vector<BlockConfig> default_blocks();

struct ModelConfig {
  int64_t resolution = 256;
  int64_t z_dim = 512;
  int64_t hidden = 1024;
  int64_t depth = 3;  // non-linear layers of the hypernetwork
  Decoder decoder = Decoder::kMultiscale;
  Modulation modulation = Modulation::kFmm;
  int64_t rank = 10;
  Join join = Join::kConcat;
  double fourier_scale = 10.0;
  bool skip_coords = true;
  int64_t upsample_from = 1;                     // first block whose grid gets denser above the training resolution
  int64_t w_dim = 512;                           // decoder latent only
  Upsampling upsampling = Upsampling::kNearest;  // decoder released only, as the next
  bool instance_norm = false;                    // features are divided by their deviation over the image
  std::vector<BlockConfig> blocks = default_blocks();
  bool operator==(const ModelConfig&) const = default;
};

struct DiscriminatorConfig {
  int64_t channel_base = 16384;  // channels at R are min(channel_max, channel_base / R)
  int64_t channel_max = 512;
  bool operator==(const DiscriminatorConfig&) const = default;
};

struct TrainingConfig {
  int64_t batch = 32;
  double lr_hypernet = 5e-5, lr_shared = 5e-4, lr_d = 3e-3;
  double beta1 = 0.0, beta2 = 0.98;
  double r1 = 10.0;
  int64_t r1_every = 1;
  double ema = 0.999;
  double ema_half_life = 0;  // images; 0 = use ema
  double ema_ramp = 0;       // half-life = min(ema_half_life, ema_ramp * images seen); 0 = no ramp
  bool flip = true;
  int64_t iterations = 150000;
  uint64_t seed = 0;
  bool operator==(const TrainingConfig&) const = default;
};

struct Config {
  ModelConfig model;
  DiscriminatorConfig discriminator;
  TrainingConfig training;
  bool operator==(const Config&) const = default;
};

/// Reads { "model": ..., "discriminator": ..., "training": ... }; absent keys keep their defaults (upsample_from: the
/// last block). Validates. Throws DataError naming where, the key and the way out.
Config parse_config(const base::Json& json, std::string_view where);
/// The model part alone (the header of an INR stream).
ModelConfig parse_model_config(const base::Json& json, std::string_view where);
/// Complete: every key, in the order of the structs. parse_config(to_json(c)) == c.
base::Json to_json(const Config& config);
base::Json to_json(const ModelConfig& config);
/// Checks ranges and contradictions of a configuration made in code. Throws DataError.
void validate(const Config& config, std::string_view where);
void validate(const ModelConfig& config, std::string_view where);

/// What a pixel's colour depends on beside the shared tensors and theta, as words of a report: "its own point", or more
/// (released.md, section 2). Whatever it is, a window is a cut-out of the whole picture.
std::string_view pixels_depend_on(const ModelConfig& config) noexcept;

/// Applies one "--set KEY=VALUE": training.batch=8, model.rank=4, model.blocks.0.width=64; a bare key that occurs in
/// one group only may leave the group out (batch=8). Throws UsageError naming the nearest known key.
void apply_setting(Config& config, std::string_view setting);
/// released | main | appendix (model.md, section 6). Throws UsageError.
void apply_lr_preset(Config& config, std::string_view name);

std::string_view to_string(Decoder value) noexcept;
std::string_view to_string(Modulation value) noexcept;
std::string_view to_string(Join value) noexcept;
std::string_view to_string(Upsampling value) noexcept;

}  // namespace inr::model
