// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Ranges and contradictions. The upper limits keep every size that follows from a configuration far inside int64, so
// that nothing computed from a hostile file can overflow: theta of the largest allowed configuration is below 2^50
// values.
#include <bit>
#include <cmath>

#include "base/error.hpp"
#include "model/config.hpp"
#include "model/theta_layout.hpp"

namespace inr::model {
namespace {

constexpr int64_t kMaxResolution = int64_t{1} << 16;
constexpr int64_t kMaxWidth = int64_t{1} << 16;
constexpr int64_t kMaxDepth = 64;
constexpr int64_t kMaxLayers = 256;
constexpr int64_t kMaxBlocks = 32;
constexpr int64_t kMaxTheta = int64_t{1} << 31;
constexpr int64_t kMaxBatch = int64_t{1} << 20;
constexpr int64_t kMaxCount = int64_t{1} << 40;

// Collects where the configuration comes from, so that each check is one line.
class Checker {
 public:
  explicit Checker(std::string_view where) : where_(where) {}

  [[noreturn]] void fail(const std::string& fault, const std::string& way_out) const {
    throw base::DataError(where_, fault, way_out);
  }
  void require(bool holds, const std::string& fault, const std::string& way_out) const {
    if (!holds) fail(fault, way_out);
  }
  void range(const std::string& key, int64_t value, int64_t low, int64_t high) const {
    require(value >= low && value <= high, key + " is " + std::to_string(value),
            "give " + std::to_string(low) + " to " + std::to_string(high));
  }
  void range(const std::string& key, double value, double low, double high) const {
    // Written so that NaN fails.
    if (!(value >= low && value <= high)) {
      fail(key + " is " + number(value), "give " + number(low) + " to " + number(high));
    }
  }

 private:
  static std::string number(double value) { return std::isnan(value) ? "not a number" : base::dump_json(value); }
  std::string_view where_;
};

// Decoder released: nothing of its coordinates is predicted, and every block has colours.
void check_style_block(const Checker& check, const ModelConfig& model, size_t k) {
  const BlockConfig& block = model.blocks[k];
  const std::string key = "model.blocks." + std::to_string(k) + ".";
  check.range(key + "resolution", block.resolution, 2, kMaxResolution);
  check.range(key + "random_frequencies", block.random_frequencies, 0, kMaxWidth);
  check.range(key + "constants", block.constants, 0, kMaxWidth);
  check.require(block.frequencies == 0, key + "frequencies is " + std::to_string(block.frequencies),
                "decoder released predicts none: give fixed_frequencies, random_frequencies");
  check.require(block.rgb, key + "rgb is false", "every block of decoder released has colours");
  check.require(k > 0 || block.fixed_frequencies + block.random_frequencies + block.constants > 0,
                key + "fixed_frequencies, random_frequencies and constants are 0",
                "the first block has no other input: give some");
}

void check_block(const Checker& check, const ModelConfig& model, size_t k) {
  const BlockConfig& block = model.blocks[k];
  const std::string key = "model.blocks." + std::to_string(k) + ".";
  check.range(key + "resolution", block.resolution, 1, kMaxResolution);
  check.range(key + "width", block.width, 1, kMaxWidth);
  check.range(key + "frequencies", block.frequencies, 0, kMaxWidth);
  check.range(key + "layers", block.layers, 1, kMaxLayers);
  const bool style = row_of(model.decoder).style;
  if (k > 0) {
    const int64_t below = model.blocks[k - 1].resolution;
    check.require(style ? block.resolution >= below : block.resolution > below,
                  key + "resolution " + std::to_string(block.resolution) + " is not above " + std::to_string(below) +
                      ", that of the block before",
                  "list the blocks from coarse to fine");
  }
  const int64_t n = frequency_octaves(model, k);
  const int64_t fixed = block.fixed_frequencies;
  check.require(fixed == 0 || fixed == 2 * n || fixed == 4 * n, key + "fixed_frequencies is " + std::to_string(fixed),
                "at resolution " + std::to_string(block.resolution) + " give 0, " + std::to_string(2 * n) + " or " +
                    std::to_string(4 * n));
  if (style) return check_style_block(check, model, k);
  check.require(block.random_frequencies == 0 && block.cosine && block.constants == 0,
                key + "random_frequencies, cosine or constants is set", "they belong to decoder released");
  if (!row_of(model.decoder).fourier_features) {
    check.require(block.frequencies == 0 && fixed == 0, key + "frequencies and fixed_frequencies are not 0",
                  "decoder " + std::string(to_string(model.decoder)) + " has no Fourier features");
  } else {
    check.require(block.frequencies + fixed > 0, key + "frequencies is 0",
                  "give at least one frequency, learned or fixed");
  }
}

// What the decoder and the modulation leave no choice in.
void check_contradictions(const Checker& check, const ModelConfig& model) {
  const DecoderRow& row = row_of(model.decoder);
  const std::string decoder(row.name);
  check.require(!row.one_block || model.blocks.size() == 1,
                "decoder " + decoder + " has " + std::to_string(model.blocks.size()) + " blocks",
                "give model.blocks one block, or decoder multiscale");
  check.require(!row.modulation || model.modulation == *row.modulation,
                "decoder " + decoder + " contradicts modulation " + std::string(to_string(model.modulation)),
                "leave model.modulation out, or use decoder multiscale with one block");
  check.require(row.takes_skip_coords() || !model.skip_coords, "decoder " + decoder + " contradicts skip_coords true",
                "leave model.skip_coords out");
  if (row.style) {
    check.require(model.upsample_from + 1 == static_cast<int64_t>(model.blocks.size()),
                  "decoder " + decoder + " contradicts upsample_from " + std::to_string(model.upsample_from),
                  "leave model.upsample_from out: it is the last block");
  } else {
    check.require(model.upsampling == Upsampling::kNearest && !model.instance_norm,
                  "decoder " + decoder + " contradicts upsampling bilinear or instance_norm true",
                  "leave them out: they belong to decoder released");
  }
  if (model.modulation == Modulation::kSe) {
    check.require(model.rank == 1, "modulation se contradicts rank " + std::to_string(model.rank),
                  "set model.rank to 1, or model.modulation to fmm");
  }
}

void check_enums(const Checker& check, const ModelConfig& model) {
  const bool known = static_cast<size_t>(model.decoder) < decoder_rows().size() &&
                     model.modulation <= Modulation::kLowrank && model.join <= Join::kSplit &&
                     model.upsampling <= Upsampling::kBilinear;
  check.require(known, "model.decoder, modulation, join or upsampling has an unknown value", "use the named values");
}

void check_training(const Checker& check, const TrainingConfig& training) {
  check.range("training.batch", training.batch, 1, kMaxBatch);
  check.require(training.batch <= 4 || training.batch % 4 == 0, "training.batch is " + std::to_string(training.batch),
                "the minibatch standard deviation needs at most 4 or a multiple of 4");
  check.range("training.lr_hypernet", training.lr_hypernet, 0.0, 1e3);
  check.range("training.lr_shared", training.lr_shared, 0.0, 1e3);
  check.range("training.lr_d", training.lr_d, 0.0, 1e3);
  // Adam divides by 1 - beta^t.
  const double below_one = std::nextafter(1.0, 0.0);
  check.range("training.beta1", training.beta1, 0.0, below_one);
  check.range("training.beta2", training.beta2, 0.0, below_one);
  check.range("training.r1", training.r1, 0.0, 1e9);
  check.range("training.r1_every", training.r1_every, 1, kMaxCount);
  check.range("training.ema", training.ema, 0.0, 1.0);
  check.range("training.ema_half_life", training.ema_half_life, 0.0, 1e15);
  check.range("training.ema_ramp", training.ema_ramp, 0.0, 1e15);
  check.range("training.iterations", training.iterations, 0, kMaxCount);
}

}  // namespace

void validate(const ModelConfig& model, std::string_view where) {
  const Checker check(where);
  check_enums(check, model);
  check.range("model.resolution", model.resolution, 1, kMaxResolution);
  check.range("model.z_dim", model.z_dim, 1, kMaxWidth);
  check.range("model.hidden", model.hidden, 1, kMaxWidth);
  check.range("model.depth", model.depth, 1, kMaxDepth);
  check.range("model.rank", model.rank, 1, kMaxWidth);
  check.range("model.fourier_scale", model.fourier_scale, 0.0, 1e6);
  check.range("model.w_dim", model.w_dim, 1, kMaxWidth);
  const auto n_blocks = static_cast<int64_t>(model.blocks.size());
  check.range("number of model.blocks", n_blocks, 1, kMaxBlocks);
  check.range("model.upsample_from", model.upsample_from, 0, n_blocks - 1);
  for (size_t k = 0; k < model.blocks.size(); ++k) check_block(check, model, k);
  check_contradictions(check, model);
  check.require(model.blocks.back().resolution == model.resolution,
                "model.resolution " + std::to_string(model.resolution) + " is not that of the last block, " +
                    std::to_string(model.blocks.back().resolution),
                "make them equal");
  check.require(model.blocks.back().rgb, "the last block has no rgb", "set its rgb to true");
  const int64_t n_theta = theta_layout(model).n_theta;
  check.require(n_theta <= kMaxTheta,
                "the network of an image would have " + std::to_string(n_theta) + " parameters from the hypernetwork",
                "stay below " + std::to_string(kMaxTheta));
}

void validate(const Config& config, std::string_view where) {
  validate(config.model, where);
  const Checker check(where);
  const int64_t resolution = config.model.resolution;
  check.require(resolution >= 4 && std::has_single_bit(static_cast<uint64_t>(resolution)),
                "model.resolution " + std::to_string(resolution) + " does not suit the discriminator",
                "give a power of two from 4 on");
  check.range("discriminator.channel_max", config.discriminator.channel_max, 1, kMaxWidth);
  check.range("discriminator.channel_base", config.discriminator.channel_base, resolution, kMaxCount);
  check_training(check, config.training);
}

}  // namespace inr::model
