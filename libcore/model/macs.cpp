// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Three ways to count the multiply-accumulates of one image (table1.md). Notation: a layer has x columns (hidden) and e
// columns (coordinates) and d rows; R^2 are the points of its block, r^2 those of the block before.
//
// full      the formula as written: R^2 (x + e) d for a layer (the low layer of a split join runs on r^2),
//           rank (x + e) d for A B, R^2 2 m for B q, R^2 3 d for to-RGB; hypernetwork and connector as they are.
// paper     R^2 x d with every block's first layer at the block's own resolution, the very first layer as d x d
//           (2 x d where the point itself goes in), nothing else but hypernetwork and connector.
// executed  the hidden half of a block's first layer on r^2; the coordinate half through P Chebyshev nodes an axis
//           (render.md, section 1): P^2 e d / 2 + R P^2 d + R^2 P d a layer and P^2 m for B q, where the page has
//           P^2 e d and P^2 2 m: nodes go in pairs that share their products. Fixed frequencies as functions of one
//           coordinate. Where P >= R the points themselves are taken.
#include "model/macs.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "model/decoder_layouts.hpp"

namespace inr::model {
namespace {

using decoders::product;
using decoders::sum;

// The cells of one block that a picture needs.
struct Cells2d {
  int64_t nx = 0, ny = 0;
};

class Counter {
 public:
  Counter(const ModelConfig& config, MacCount count, const GridPlan& plan) : config_(config), count_(count) {
    for (size_t k = 0; k < config.blocks.size(); ++k) {
      cells_.push_back({static_cast<int64_t>(plan.x.cells[k].size()), static_cast<int64_t>(plan.y.cells[k].size())});
    }
    n_nodes_ = typical_nodes();
  }

  std::vector<LayerCost> run() {
    const ThetaLayout layout = theta_layout(config_);
    for (size_t k = 0; k < layout.blocks.size(); ++k) block(layout.blocks[k], k);
    return std::move(costs_);
  }

 private:
  void add(std::string name, int64_t macs, int64_t parameters) {
    costs_.push_back({std::move(name), macs, parameters});
  }

  void block(const BlockLayout& block, size_t k) {
    const std::string prefix = "inr." + std::to_string(k) + ".";
    add(prefix + "B", frequency_macs(block, k), 0);
    if (block.low) layer(*block.low, block, k);
    if (block.high) layer(*block.high, block, k);
    for (const LayerLayout& layout : block.layers) layer(layout, block, k);
    if (block.rgb) add(prefix + "rgb", count_ == MacCount::kPaper ? 0 : points({3, block.rgb->in}, k), 0);
  }

  // B q of every point, or of every node.
  [[nodiscard]] int64_t frequency_macs(const BlockLayout& block, size_t k) const {
    if (count_ == MacCount::kPaper) return 0;
    if (!by_nodes(block, k)) return points({2, block.frequencies + block.fixed_frequencies}, k);
    return sum(product({n_nodes_, n_nodes_, block.frequencies}), fixed_values(block, k));
  }

  void layer(const LayerLayout& layout, const BlockLayout& block, size_t k) {
    const bool modulated = layout.kind == LayerKind::kFmm || layout.kind == LayerKind::kLowrank;
    const bool shared = layout.kind == LayerKind::kFmm || layout.kind == LayerKind::kAdain;
    const int64_t parameters =
        shared ? layout.in * layout.out + (layout.kind == LayerKind::kAdain ? layout.out : 0) : 0;
    add(layout.name, sum(hidden_macs(layout, k), coordinate_macs(layout, block, k)), parameters);
    if (!modulated) return;
    add(layout.name + ".AB", count_ == MacCount::kPaper ? 0 : product({layout.rank, layout.in, layout.out}), 0);
  }

  [[nodiscard]] int64_t hidden_macs(const LayerLayout& layout, size_t k) const {
    const bool is_low = layout.x_is_coarse && layout.e_columns == 0;
    const bool on_coarse =
        layout.x_is_coarse && (count_ == MacCount::kExecuted || (count_ == MacCount::kFull && is_low));
    return points({layout.x_columns, layout.out}, on_coarse ? k - 1 : k);
  }

  [[nodiscard]] int64_t coordinate_macs(const LayerLayout& layout, const BlockLayout& block, size_t k) const {
    if (count_ == MacCount::kPaper) {
      // The very first layer alone: as wide as it is high, or the point itself. (A high layer has no hidden columns
      // either.)
      if (k > 0 || layout.x_columns > 0) return 0;
      return points({takes_points(block) ? layout.e_columns : layout.out, layout.out}, k);
    }
    if (layout.e_columns == 0) return 0;
    if (!by_nodes(block, k)) return points({layout.e_columns, layout.out}, k);
    const int64_t d = layout.out;
    const auto [nx, ny] = cells_[k];
    const int64_t at_nodes = product({n_nodes_, n_nodes_, block.frequencies, d});  // pairs of nodes share products
    const int64_t to_rows = product({ny, n_nodes_, n_nodes_, d});
    const int64_t to_points = product({ny, nx, n_nodes_, d});
    const int64_t fixed = product({fixed_values(block, k), 2, d});  // a sine and a cosine each
    return sum(sum(at_nodes, to_rows), sum(to_points, fixed));
  }

  // Fixed frequencies: a row along an axis has R values; a row along a diagonal, x + y or x - y, twice as many.
  [[nodiscard]] int64_t fixed_values(const BlockLayout& block, size_t k) const {
    if (block.fixed_frequencies == 0) return 0;
    const std::vector<double> rows = fixed_frequency_rows(config_.blocks[k]);
    int64_t values = 0;
    for (size_t i = 0; i < rows.size(); i += 2) {
      values += (rows[i] != 0 ? cells_[k].nx : 0) + (rows[i + 1] != 0 ? cells_[k].ny : 0);
    }
    return values;
  }

  // No Fourier features: the layers see the point itself.
  [[nodiscard]] static bool takes_points(const BlockLayout& block) {
    return block.frequencies + block.fixed_frequencies == 0;
  }

  [[nodiscard]] bool by_nodes(const BlockLayout& block, size_t k) const {
    return count_ == MacCount::kExecuted && !takes_points(block) && n_nodes_ < std::min(cells_[k].nx, cells_[k].ny);
  }

  // P = ceil(s + 4 s^(1/3) + 6), s = max |B| / 2. With theta_B ~ N(0, 1) the longest of m rows is about
  // fourier_scale sqrt(2 ln m); the block with the most frequencies decides for all (33 in the paper's models).
  [[nodiscard]] int64_t typical_nodes() const {
    int64_t m = 2;
    for (const BlockConfig& block : config_.blocks) m = std::max(m, block.frequencies);
    const double longest = config_.fourier_scale * std::sqrt(2 * std::log(static_cast<double>(m)));
    const double s = longest / 2;
    return static_cast<int64_t>(std::ceil(s + 4 * std::cbrt(s) + 6));
  }

  [[nodiscard]] int64_t points(std::initializer_list<int64_t> factors, size_t k) const {
    return product({cells_[k].ny, cells_[k].nx, product(factors)});
  }

  const ModelConfig& config_;
  MacCount count_;
  std::vector<Cells2d> cells_;  // [K]
  int64_t n_nodes_ = 0;         // P
  std::vector<LayerCost> costs_;
};

std::vector<LayerCost> hypernet_costs(const ModelConfig& config, int64_t n_theta) {
  std::vector<LayerCost> costs;
  for (int64_t i = 0; i < config.depth; ++i) {
    const int64_t in = i == 0 ? config.z_dim : config.hidden;
    costs.push_back({"hypernet." + std::to_string(i), in * config.hidden, (in + 1) * config.hidden});
  }
  costs.push_back({"hypernet.out", product({config.hidden, n_theta}), product({config.hidden + 1, n_theta})});
  return costs;
}

}  // namespace

// Sizes are limited by validate() and plan_grid(), but their product may leave int64.
int64_t decoders::product(std::initializer_list<int64_t> factors) {
  int64_t result = 1;
  for (const int64_t factor : factors) {
    if (__builtin_mul_overflow(result, factor, &result)) throw base::UsageError("size: too large to be counted");
  }
  return result;
}

int64_t decoders::sum(int64_t a, int64_t b) {
  int64_t result = 0;
  if (__builtin_add_overflow(a, b, &result)) throw base::UsageError("size: too large to be counted");
  return result;
}

std::vector<LayerCost> decoders::blocks_costs(const ModelConfig& config, MacCount count, const GridPlan& plan) {
  return Counter(config, count, plan).run();
}

Cost count_cost(const ModelConfig& config, MacCount count, int64_t size) {
  const int64_t side = size == 0 ? config.resolution : size;
  const GridPlan plan = plan_grid(config, {.window = {}, .width = side, .height = side});
  Cost cost;
  cost.n_theta = theta_layout(config).n_theta;
  cost.layers = hypernet_costs(config, cost.n_theta);
  for (LayerCost& layer : row_of(config.decoder).costs(config, count, plan)) cost.layers.push_back(std::move(layer));
  for (const LayerCost& layer : cost.layers) {
    cost.macs = sum(cost.macs, layer.macs);
    cost.parameters = sum(cost.parameters, layer.parameters);
  }
  return cost;
}

}  // namespace inr::model
