// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The order of theta and the tensors of a checkpoint, from model.md, sections 2, 3 and 5, and inr-checkpoint(5).
// Configurations have been validated before they come here; their ranges keep every size inside int64.
#include "model/theta_layout.hpp"

#include <bit>
#include <cmath>
#include <numbers>

#include "base/error.hpp"
#include "model/decoder_layouts.hpp"

namespace inr::model {
namespace {

LayerKind kind_of(const ModelConfig& config) {
  if (!row_of(config.decoder).modulated) return LayerKind::kFull;
  switch (config.modulation) {
    case Modulation::kFmm:
    case Modulation::kSe:
      return LayerKind::kFmm;
    case Modulation::kAdain:
      return LayerKind::kAdain;
    case Modulation::kFull:
      return LayerKind::kFull;
    case Modulation::kLowrank:
      return LayerKind::kLowrank;
  }
  throw base::DataError("modulation " + std::to_string(static_cast<int>(config.modulation)) + " is unknown");
}

int64_t theta_size(LayerKind kind, int64_t in, int64_t out, int64_t rank) {
  switch (kind) {
    case LayerKind::kFull:
      return out * in + out;
    case LayerKind::kAdain:
      return 2 * out;
    case LayerKind::kFmm:
    case LayerKind::kLowrank:
      break;
  }
  return rank * (in + out) + out;
}

// Hands out theta from the front, in the order in which parts ask for it.
class Layouter {
 public:
  explicit Layouter(const ModelConfig& config) : config_(config), kind_(kind_of(config)) {
    for (const BlockConfig& block : config.blocks) n_rgb_ += block.rgb ? 1 : 0;
  }

  ThetaLayout run() {
    ThetaLayout layout;
    for (size_t k = 0; k < config_.blocks.size(); ++k) layout.blocks.push_back(block(k));
    layout.n_theta = at_;
    return layout;
  }

 private:
  int64_t take(int64_t size) {
    const int64_t offset = at_;
    at_ += size;
    return offset;
  }

  LayerLayout layer(std::string name, LayerKind kind, int64_t out, int64_t x_columns, int64_t e_columns,
                    bool connector) {
    LayerLayout layer;
    layer.name = std::move(name);
    layer.kind = kind;
    layer.in = x_columns + e_columns;
    layer.out = out;
    layer.x_columns = x_columns;
    layer.e_columns = e_columns;
    layer.rank = kind == LayerKind::kFmm || kind == LayerKind::kLowrank ? config_.rank : 0;
    layer.size = theta_size(kind, layer.in, out, config_.rank);
    layer.offset = take(layer.size);
    const double fan_in = static_cast<double>(layer.in);
    layer.weight_scale = std::sqrt((connector ? 1.0 : 2.0) / fan_in);
    layer.bias_scale = connector ? layer.weight_scale : 0.2 * layer.weight_scale;
    return layer;
  }

  BlockLayout block(size_t k) {
    const BlockConfig& config = config_.blocks[k];
    const std::string prefix = "inr." + std::to_string(k) + ".";
    const bool split = k > 0 && config_.join == Join::kSplit;
    const bool concat = k > 0 && !split;
    // Without Fourier features e(p) is the point itself.
    const int64_t features =
        row_of(config_.decoder).fourier_features ? 2 * (config.frequencies + config.fixed_frequencies) : 2;

    BlockLayout block;
    block.frequencies = config.frequencies;
    block.fixed_frequencies = config.fixed_frequencies;
    block.frequencies_offset = take(2 * config.frequencies);
    if (split) {
      block.low = layer(prefix + "low", LayerKind::kFmm, config.width, config_.blocks[k - 1].width, 0, true);
      block.low->x_is_coarse = true;
      block.high = layer(prefix + "high", LayerKind::kFmm, config.width, 0, features, true);
    }
    for (int64_t n = 0; n < config.layers; ++n) {
      const std::string name = prefix + std::to_string(n);
      if (n == 0 && k == 0) {
        block.layers.push_back(layer(name, kind_, config.width, 0, features, false));
      } else if (n == 0 && concat) {  // sees e_k in any case: nothing else tells its cells apart
        block.layers.push_back(layer(name, kind_, config.width, config_.blocks[k - 1].width, features, false));
        block.layers.back().x_is_coarse = true;
      } else {
        const int64_t skipped = config_.skip_coords ? features : 0;
        block.layers.push_back(layer(name, kind_, config.width, config.width, skipped, false));
      }
    }
    if (config.rgb) {
      RgbLayout rgb;
      rgb.in = config.width;
      rgb.size = 3 * config.width + 3;
      rgb.offset = take(rgb.size);
      rgb.weight_scale = std::sqrt(2.0 / static_cast<double>(config.width) / static_cast<double>(n_rgb_));
      rgb.bias_scale = 0.2 * rgb.weight_scale;
      block.rgb = rgb;
    }
    return block;
  }

  const ModelConfig& config_;
  LayerKind kind_;
  int64_t n_rgb_ = 0;
  int64_t at_ = 0;
};

void append_shared(const LayerLayout& layer, std::vector<TensorSpec>& out) {
  if (layer.kind == LayerKind::kFull || layer.kind == LayerKind::kLowrank) return;
  // AdaIN scales its shared weights at run time.
  const double deviation = layer.kind == LayerKind::kAdain ? 1 : layer.weight_scale;
  out.push_back({layer.name + ".shared", {layer.out, layer.in}, Initial::normal(deviation)});
  if (layer.kind == LayerKind::kAdain) {
    out.push_back({layer.name + ".shared_bias", {layer.out}, Initial::normal(1)});
  }
}

// LibTorch's default for linear layers: Kaiming-uniform with a = sqrt 5, that is U(-1/sqrt(in), 1/sqrt(in)), bias
// alike.
void append_linear(const std::string& name, int64_t in, int64_t out, double bias_factor,
                   std::vector<TensorSpec>& specs) {
  const double bound = 1 / std::sqrt(static_cast<double>(in));
  specs.push_back({name + ".weight", {out, in}, Initial::uniform(bound)});
  specs.push_back({name + ".bias", {out}, Initial::uniform(bound * bias_factor)});
}

// A layer of equalised learning rate, its gain folded in (released.md, section 6).
void append_style_linear(const std::string& name, int64_t in, int64_t out, double bias,
                         std::vector<TensorSpec>& specs) {
  specs.push_back({name + ".weight", {out, in}, Initial::normal(1 / std::sqrt(static_cast<double>(in)))});
  specs.push_back({name + ".bias", {out}, Initial::constant(bias)});
}

int64_t ceil_log2(int64_t resolution) { return std::bit_width(static_cast<uint64_t>(resolution - 1)); }

constexpr double kResidualScale = 0.1;  // a_i at start

}  // namespace

ThetaLayout decoders::blocks_layout(const ModelConfig& config) { return Layouter(config).run(); }

std::vector<TensorSpec> decoders::blocks_tensors(const ModelConfig& config) {
  std::vector<TensorSpec> specs;
  for (const BlockLayout& block : blocks_layout(config).blocks) {
    if (block.low) append_shared(*block.low, specs);
    if (block.high) append_shared(*block.high, specs);
    for (const LayerLayout& layer : block.layers) append_shared(layer, specs);
  }
  return specs;
}

ThetaLayout theta_layout(const ModelConfig& config) { return row_of(config.decoder).layout(config); }

int64_t frequency_octaves(const ModelConfig& config, size_t k) {
  return ceil_log2(config.blocks[k].resolution) + (row_of(config.decoder).style ? 0 : 1);
}

std::vector<double> fixed_frequency_rows(const BlockConfig& block) {
  return octave_rows(block.fixed_frequencies, ceil_log2(block.resolution) + 1);
}

std::vector<double> octave_rows(int64_t n_rows, int64_t n_octaves) {
  // Directions in the order of the rows: y, x, main diagonal, other diagonal.
  constexpr double kDirections[4][2] = {{0, 1}, {1, 0}, {-0.5, 0.5}, {0.5, 0.5}};
  std::vector<double> rows;
  rows.reserve(static_cast<size_t>(2 * n_rows));
  for (int64_t row = 0; row < n_rows; ++row) {
    const double* direction = kDirections[row / n_octaves % 4];
    const double frequency = std::ldexp(std::numbers::pi / 2, static_cast<int>(row % n_octaves));
    rows.push_back(direction[0] * frequency);
    rows.push_back(direction[1] * frequency);
  }
  return rows;
}

std::vector<TensorSpec> shared_tensors(const ModelConfig& config) { return row_of(config.decoder).shared(config); }

std::vector<TensorSpec> generator_tensors(const ModelConfig& config) {
  const bool style = row_of(config.decoder).style;
  std::vector<TensorSpec> specs;
  for (int64_t i = 0; i < config.depth; ++i) {
    const std::string name = "hypernet." + std::to_string(i);
    const int64_t in = i == 0 ? config.z_dim : config.hidden;
    if (style) {
      append_style_linear(name, in, config.hidden, 0, specs);
    } else {
      append_linear(name, in, config.hidden, 1, specs);
      if (i > 0) specs.push_back({name + ".scale", {}, Initial::constant(kResidualScale)});
    }
  }
  const int64_t n_theta = theta_layout(config).n_theta;
  if (style) {
    append_style_linear("hypernet.out", config.hidden, n_theta, 1, specs);
  } else {
    append_linear("hypernet.out", config.hidden, n_theta, std::sqrt(1 / static_cast<double>(config.hidden)), specs);
  }
  for (TensorSpec& spec : shared_tensors(config)) specs.push_back(std::move(spec));
  return specs;
}

std::vector<TensorSpec> discriminator_tensors(const DiscriminatorConfig& config, int64_t resolution) {
  const auto channels = [&](int64_t at) { return std::min(config.channel_max, config.channel_base / at); };
  constexpr Initial normal = Initial::normal(1);  // biases start at 0
  std::vector<TensorSpec> specs;
  specs.push_back({"rgb.weight", {channels(resolution), 3, 1, 1}, normal});
  specs.push_back({"rgb.bias", {channels(resolution)}});
  for (int64_t at = resolution; at > 4; at /= 2) {
    const std::string name = std::to_string(at);
    const int64_t c = channels(at);
    const int64_t c_next = channels(at / 2);
    specs.push_back({name + ".conv0.weight", {c, c, 3, 3}, normal});
    specs.push_back({name + ".conv0.bias", {c}});
    specs.push_back({name + ".conv1.weight", {c_next, c, 3, 3}, normal});
    specs.push_back({name + ".conv1.bias", {c_next}});
    specs.push_back({name + ".skip.weight", {c_next, c, 1, 1}, normal});
  }
  const int64_t c = channels(4);
  specs.push_back({"last.conv.weight", {c, c + 1, 3, 3}, normal});
  specs.push_back({"last.conv.bias", {c}});
  specs.push_back({"last.fc0.weight", {c, 16 * c}, normal});
  specs.push_back({"last.fc0.bias", {c}});
  specs.push_back({"last.fc1.weight", {1, c}, normal});
  specs.push_back({"last.fc1.bias", {1}});
  return specs;
}

}  // namespace inr::model
