// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Decoder released: the generator of the authors' public checkpoints (released.md, sections 1, 2, 4 and 6). theta per
// block: its layers (left [d, r], right [r, C_in]), then the to-RGB's s [d]. Frequencies, constants and biases are
// shared.
// Letters: R grid of a block, d its width, E features of a point: sines (and cosines) of all rows, then constants.
#include <algorithm>
#include <cmath>

#include "model/config.hpp"
#include "model/decoder_layouts.hpp"

namespace inr::model::decoders {
namespace {

int64_t rows_of(const BlockConfig& block) { return block.fixed_frequencies + block.random_frequencies; }

int64_t waves_of(const BlockConfig& block) { return rows_of(block) * (block.cosine ? 2 : 1); }

// Chebyshev nodes an axis for random rows of variance 10 (released.md, section 4).
constexpr int64_t kTypicalNodes = 22;
constexpr double kRandomDeviation = 3.1622776601683795;  // sqrt(10)

class Counter {
 public:
  Counter(const ModelConfig& config, MacCount count, const GridPlan& plan)
      : config_(config), count_(count), plan_(plan) {}

  std::vector<LayerCost> run() {
    const ThetaLayout layout = released_layout(config_);
    for (size_t k = 0; k < layout.blocks.size(); ++k) block(layout.blocks[k], k);
    return std::move(costs_);
  }

 private:
  /// Points of block k that a picture needs, times factors. Blocks that are interpolated are always whole.
  [[nodiscard]] int64_t points(size_t k, std::initializer_list<int64_t> factors) const {
    return product({nx(k), ny(k), product(factors)});
  }
  [[nodiscard]] bool whole(size_t k) const {
    return config_.upsampling == Upsampling::kBilinear && k + 1 < config_.blocks.size();
  }
  [[nodiscard]] int64_t cells(const AxisPlan& axis, size_t k) const {
    return whole(k) ? config_.blocks[k].resolution : static_cast<int64_t>(axis.cells[k].size());
  }
  [[nodiscard]] int64_t nx(size_t k) const { return cells(plan_.x, k); }
  [[nodiscard]] int64_t ny(size_t k) const { return cells(plan_.y, k); }

  void add(std::string name, int64_t macs, int64_t parameters) {
    costs_.push_back({std::move(name), macs, parameters});
  }

  void block(const BlockLayout& layout, size_t k) {
    const BlockConfig& block = config_.blocks[k];
    const std::string prefix = "inr." + std::to_string(k) + ".";
    const bool paper = count_ == MacCount::kPaper;
    const bool by_nodes = count_ == MacCount::kExecuted && kTypicalNodes < std::min(nx(k), ny(k));
    const int64_t stored = product({block.constants, block.resolution, block.resolution});
    if (waves_of(block) + block.constants > 0) {  // B q, and the columns that see its waves
      const int64_t phases = by_nodes ? sum(log_values(k), kTypicalNodes * kTypicalNodes * block.random_frequencies)
                                      : points(k, {2, rows_of(block)});
      add(prefix + "B", paper ? 0 : phases, stored);
      const int64_t columns = by_nodes ? by_values(k) : points(k, {waves_of(block), block.width});
      add(prefix + "0.e", paper ? 0 : columns, 0);
    }
    for (const LayerLayout& layer : layout.layers) {
      int64_t macs =
          points(layer.x_is_coarse && count_ == MacCount::kExecuted ? k - 1 : k, {layer.x_columns, layer.out});
      if (&layer == &layout.layers.front() && !paper) macs = sum(macs, constant_macs(k));
      if (paper && layer.x_columns == 0) macs = points(k, {layer.out, layer.out});
      add(layer.name, macs, layer.out * (layer.in + 1));
      add(layer.name + ".AB", paper ? 0 : product({layer.rank, layer.in, layer.out}), 0);
    }
    add(prefix + "rgb", paper ? 0 : points(k, {3, block.width}), 3 * block.width + 3);
  }

  /// Columns of stored constants: a cell of the own grid shares its product where the picture has more points.
  [[nodiscard]] int64_t constant_macs(size_t k) const {
    const BlockConfig& block = config_.blocks[k];
    if (count_ != MacCount::kExecuted) return points(k, {block.constants, block.width});
    return product({std::min(nx(k), block.resolution), std::min(ny(k), block.resolution),
                    product({block.constants, block.width})});
  }

  /// Rows along an axis have R values, rows along a diagonal (of i + j or j - i) twice as many.
  [[nodiscard]] int64_t log_values(size_t k) const {
    const int64_t n = frequency_octaves(config_, k);
    const int64_t diagonal = std::max<int64_t>(0, config_.blocks[k].fixed_frequencies - 2 * n);
    const int64_t straight = config_.blocks[k].fixed_frequencies - diagonal;
    return straight / 2 * (nx(k) + ny(k)) + diagonal * (nx(k) + ny(k));
  }

  [[nodiscard]] int64_t by_values(size_t k) const {
    const BlockConfig& block = config_.blocks[k];
    const int64_t waves = block.cosine ? 2 : 1;
    int64_t macs = product({log_values(k), waves, block.width});
    if (block.random_frequencies == 0) return macs;
    macs = sum(macs, product({kTypicalNodes * kTypicalNodes, block.random_frequencies, block.width}));
    macs = sum(macs, product({ny(k), kTypicalNodes * kTypicalNodes, block.width}));
    return sum(macs, points(k, {kTypicalNodes, block.width}));
  }

  const ModelConfig& config_;
  MacCount count_;
  const GridPlan& plan_;
  std::vector<LayerCost> costs_;
};

}  // namespace

ThetaLayout released_layout(const ModelConfig& config) {
  ThetaLayout layout;
  const auto take = [&](int64_t size) {
    const int64_t offset = layout.n_theta;
    layout.n_theta += size;
    return offset;
  };
  for (size_t k = 0; k < config.blocks.size(); ++k) {
    const BlockConfig& from = config.blocks[k];
    BlockLayout block;
    block.frequencies_offset = layout.n_theta;  // of none
    block.fixed_frequencies = from.fixed_frequencies;
    for (int64_t l = 0; l < from.layers; ++l) {
      LayerLayout layer;
      layer.name = "inr." + std::to_string(k) + "." + std::to_string(l);
      layer.out = from.width;
      layer.x_is_coarse = l == 0 && k > 0;
      layer.x_columns = l > 0 ? from.width : k > 0 ? config.blocks[k - 1].width : 0;
      layer.e_columns = l == 0 ? waves_of(from) + from.constants : 0;
      layer.in = layer.x_columns + layer.e_columns;
      layer.rank = config.rank;
      layer.size = config.rank * (layer.in + layer.out);
      layer.offset = take(layer.size);
      layer.weight_scale = 1;
      layer.bias_scale = 1;
      block.layers.push_back(std::move(layer));
    }
    RgbLayout rgb;
    rgb.in = from.width;
    rgb.size = from.width;
    rgb.offset = take(rgb.size);
    rgb.weight_scale = 1 / std::sqrt(static_cast<double>(from.width));
    rgb.bias_scale = 1;
    block.rgb = rgb;
    layout.blocks.push_back(std::move(block));
  }
  return layout;
}

std::vector<TensorSpec> released_tensors(const ModelConfig& config) {
  std::vector<TensorSpec> specs;
  const ThetaLayout layout = released_layout(config);
  for (size_t k = 0; k < layout.blocks.size(); ++k) {
    const BlockConfig& block = config.blocks[k];
    const std::string prefix = "inr." + std::to_string(k) + ".";
    for (const LayerLayout& layer : layout.blocks[k].layers) {
      specs.push_back({layer.name + ".shared", {layer.out, layer.in}, Initial::normal(1)});
      specs.push_back({layer.name + ".bias", {layer.out}});
    }
    specs.push_back({prefix + "rgb.shared", {3, block.width}, Initial::normal(1)});
    specs.push_back({prefix + "rgb.bias", {3}});
    if (rows_of(block) > 0) {
      specs.push_back({prefix + "basis",
                       {rows_of(block), 2},
                       Initial::normal(kRandomDeviation),
                       octave_rows(block.fixed_frequencies, frequency_octaves(config, k))});
    }
    if (block.constants > 0) {
      specs.push_back(
          {prefix + "constants", {block.constants, block.resolution, block.resolution}, Initial::normal(1)});
    }
  }
  return specs;
}

std::vector<LayerCost> released_costs(const ModelConfig& config, MacCount count, const GridPlan& plan) {
  return Counter(config, count, plan).run();
}

}  // namespace inr::model::decoders
