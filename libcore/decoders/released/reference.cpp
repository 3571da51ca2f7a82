// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Decoder released as its formula is written (released.md, sections 2 and 3):
//
//   M = 1 + left right / sqrt(r),  W = W_s M, its rows divided by their length;  x <- act(W [up(x_{k-1}); e] + b)
//   e = [sin(B (u, v)); cos(B (u, v)); constants of the cell],  u = 2 q_x - 1,  v = 1 - 2/R - 2 q_y
//   act(x) = sqrt(2) max(x, x / 5);  rgb_k = (W_rgb s / sqrt(d)) x + b_rgb;  image_k = up(image_{k-1}) + rgb_k
//
// What is not a function of its point is made once, on the model's own grids, whole: with bilinear `up` all blocks
// below the last one, with instance norm the deviations, by which the columns of the layer behind are divided. After
// that every row of a picture is a function of its points. Like the released code, u, v and positions between cells are
// float32 numbers.
// Notation: R own grid of a block, P that of the block below, d rows and C columns of a layer, r rank.
#include "render/reference.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

namespace inr::render::decoders {
namespace {

using model::LayerLayout;

constexpr double kEpsilon = 1e-8;
constexpr double kEdge = 1e-6;  // in cells, as in model/grid.cpp

/// Corners of cells in image units.
struct Points {
  std::vector<double> x, y;
};

void act(Plane& x) {
  rectify(x, 0.2);
  for (double& value : x.values) value *= std::numbers::sqrt2;
}

Dense modulated(const LayerLayout& layer, const model::Weights& shared, std::span<const float> theta) {
  Dense out(layer.out, layer.in);
  const float* left = theta.data() + layer.offset;
  const float* right = left + layer.out * layer.rank;
  const float* w_s = shared.at(layer.name + ".shared").data();
  const double scale = 1 / std::sqrt(static_cast<double>(layer.rank));
  for (int64_t i = 0; i < layer.out; ++i) {
    double* row = out.weight.data() + i * layer.in;
    double squares = 0;
    for (int64_t c = 0; c < layer.in; ++c) {
      double sum = 0;
      for (int64_t k = 0; k < layer.rank; ++k)
        sum += double{left[i * layer.rank + k]} * double{right[k * layer.in + c]};
      row[c] = double{w_s[i * layer.in + c]} * (1 + sum * scale);
      squares += row[c] * row[c];
    }
    const double length = std::sqrt(squares) + kEpsilon;
    for (int64_t c = 0; c < layer.in; ++c) row[c] /= length;
  }
  const std::vector<float>& bias = shared.at(layer.name + ".bias");
  out.bias.assign(bias.begin(), bias.end());
  return out;
}

Dense styled(const model::RgbLayout& rgb, const std::string& prefix, const model::Weights& shared,
             std::span<const float> theta) {
  Dense out(3, rgb.in);
  const std::vector<float>& w = shared.at(prefix + "rgb.shared");
  for (size_t i = 0; i < out.weight.size(); ++i) {
    const size_t column = i % static_cast<size_t>(rgb.in);
    out.weight[i] = double{w[i]} * double{theta[static_cast<size_t>(rgb.offset) + column]} * rgb.weight_scale;
  }
  const std::vector<float>& bias = shared.at(prefix + "rgb.bias");
  out.bias.assign(bias.begin(), bias.end());
  return out;
}

/// The cell of q on a grid of n cells; outside the image that of its border.
int64_t cell_of(double q, int64_t n) {
  const double cell = std::floor(q * static_cast<double>(n) + kEdge);
  return static_cast<int64_t>(std::clamp(cell, 0.0, static_cast<double>(n - 1)));
}

/// `up` of a whole map of P x P to points of a grid of R x R: the cell that a point lies in.
Plane nearest(const Plane& map, int64_t p, const Points& q) {
  Plane out(map.channels, static_cast<int64_t>(q.x.size()));
  for (int64_t i = 0; i < out.points; ++i) {
    const auto at = static_cast<size_t>(i);
    const int64_t cell = cell_of(q.y[at], p) * p + cell_of(q.x[at], p);
    for (int64_t c = 0; c < map.channels; ++c) out.channel(c)[i] = map.channel(c)[cell];
  }
  return out;
}

/// And bilinear with aligned corners: cell j of R lies at j (P - 1) / (R - 1), clamped.
Plane bilinear(const Plane& map, int64_t p, int64_t r, const Points& q) {
  struct Place {
    int64_t low, high;
    double part;
  };
  const float ratio = static_cast<float>(p - 1) / static_cast<float>(std::max<int64_t>(r - 1, 1));
  const auto place = [&](double at) {
    const float t =
        std::clamp(static_cast<float>(at * static_cast<double>(r)) * ratio, 0.0F, static_cast<float>(p - 1));
    const int64_t low = std::min(static_cast<int64_t>(t), std::max<int64_t>(p - 2, 0));
    return Place{low, std::min(low + 1, p - 1), static_cast<double>(t - static_cast<float>(low))};
  };
  Plane out(map.channels, static_cast<int64_t>(q.x.size()));
  for (int64_t i = 0; i < out.points; ++i) {
    const Place x = place(q.x[static_cast<size_t>(i)]);
    const Place y = place(q.y[static_cast<size_t>(i)]);
    for (int64_t c = 0; c < map.channels; ++c) {
      const double* from = map.channel(c);
      const auto along_x = [&](int64_t row) {
        return from[row * p + x.low] + (from[row * p + x.high] - from[row * p + x.low]) * x.part;
      };
      const double top = along_x(y.low);
      out.channel(c)[i] = top + (along_x(y.high) - top) * y.part;
    }
  }
  return out;
}

/// Columns first .. of a layer are divided by the deviation of the channel that they see.
void divide_columns(Dense& layer, const Plane& x) {
  for (int64_t c = 0; c < x.channels; ++c) {
    const double* values = x.channel(c);
    double mean = 0, squares = 0;
    for (int64_t p = 0; p < x.points; ++p) mean += values[p];
    mean /= static_cast<double>(x.points);
    for (int64_t p = 0; p < x.points; ++p) squares += (values[p] - mean) * (values[p] - mean);
    const double deviation = std::sqrt(squares / static_cast<double>(x.points - 1)) + kEpsilon;
    for (int64_t i = 0; i < layer.out; ++i) layer.weight[static_cast<size_t>(i * layer.in + c)] /= deviation;
  }
}

class Released final : public ReferenceFunction {
 public:
  Released(const InrModel& model, std::span<const float> theta, const model::GridPlan& plan)
      : config_(model.config), plan_(plan) {
    for (size_t k = 0; k < config_.blocks.size(); ++k) {
      const model::BlockConfig& from = config_.blocks[k];
      const std::string prefix = "inr." + std::to_string(k) + ".";
      Block block;
      block.from = &from;
      if (from.fixed_frequencies + from.random_frequencies > 0) block.basis = &model.shared.at(prefix + "basis");
      if (from.constants > 0) block.constants = &model.shared.at(prefix + "constants");
      for (const LayerLayout& layer : model.layout.blocks[k].layers) {
        block.layers.push_back(modulated(layer, model.shared, theta));
      }
      block.rgb = styled(*model.layout.blocks[k].rgb, prefix, model.shared, theta);
      blocks_.push_back(std::move(block));
    }
  }

  const Plane& colours(int64_t row, const ForEach& for_each) override {
    if (!prepared_) evaluate_own_grids(for_each);
    prepared_ = true;
    evaluate_row(blocks_.size() - 1, row, for_each);
    return blocks_.back().held.image;
  }

 private:
  struct Result {
    Plane x, image;  // features x_k and the sum of colours image_k
  };
  struct Block {
    const model::BlockConfig* from = nullptr;
    const std::vector<float>* basis = nullptr;      // B, [rows, 2]; null: no frequencies
    const std::vector<float>* constants = nullptr;  // [c, R, R]; null: none
    std::vector<Dense> layers;
    Dense rgb;
    int64_t row = -1;  // the one that is held
    Result held;
  };

  [[nodiscard]] bool bilinear_up() const { return config_.upsampling == model::Upsampling::kBilinear; }

  /// e of the points.
  [[nodiscard]] static Plane features(const Block& block, const Points& q) {
    const int64_t r = block.from->resolution;
    const int64_t rows = block.basis == nullptr ? 0 : static_cast<int64_t>(block.basis->size() / 2);
    const int64_t waves = block.from->cosine ? 2 * rows : rows;
    Plane e(waves + block.from->constants, static_cast<int64_t>(q.x.size()));
    for (int64_t p = 0; p < e.points; ++p) {
      const double x = q.x[static_cast<size_t>(p)], y = q.y[static_cast<size_t>(p)];
      const double u = static_cast<double>(static_cast<float>(2 * x - 1));
      const double v = static_cast<double>(static_cast<float>((1 - 2 / static_cast<double>(r)) - 2 * y));
      for (int64_t i = 0; i < rows; ++i) {
        const float* b = block.basis->data() + 2 * i;
        const double phase = double{b[0]} * u + double{b[1]} * v;
        e.channel(i)[p] = std::sin(phase);
        if (block.from->cosine) e.channel(rows + i)[p] = std::cos(phase);
      }
      const int64_t cell = cell_of(y, r) * r + cell_of(x, r);
      for (int64_t c = 0; c < block.from->constants; ++c) {
        e.channel(waves + c)[p] = double{(*block.constants)[static_cast<size_t>(c * r * r + cell)]};
      }
    }
    return e;
  }

  /// Block k at some points. below: the block below at these points; empty for block 0. normalise: the points are the
  /// whole own grid, on which deviations are measured.
  Result evaluate(size_t k, const Points& q, Result below, bool normalise, const ForEach& for_each) {
    Block& block = blocks_[k];
    const Plane e = features(block, q);
    Plane x = std::move(below.x);
    for (size_t l = 0; l < block.layers.size(); ++l) {
      std::vector<const Plane*> parts;
      if (!x.empty()) parts.push_back(&x);
      if (l == 0 && !e.empty()) parts.push_back(&e);
      if (normalise && l > 0) divide_columns(block.layers[l], x);
      x = affine(block.layers[l], parts, for_each);
      act(x);
    }
    Plane image = std::move(below.image);
    add(image, affine(block.rgb, {&x}, for_each));
    return {std::move(x), std::move(image)};
  }

  [[nodiscard]] Result up(const Result& below, size_t k, const Points& q) const {
    const int64_t p = config_.blocks[k - 1].resolution, r = config_.blocks[k].resolution;
    const auto of = [&](const Plane& map) { return bilinear_up() ? bilinear(map, p, r, q) : nearest(map, p, q); };
    return {of(below.x), of(below.image)};
  }

  void evaluate_own_grids(const ForEach& for_each) {
    const size_t last = blocks_.size() - 1;
    const size_t end = config_.instance_norm ? blocks_.size() : bilinear_up() ? last : 0;
    Result below;
    for (size_t k = 0; k < end; ++k) {
      const int64_t r = config_.blocks[k].resolution;
      Points q;
      for (int64_t i = 0; i < r * r; ++i) {
        const int64_t row = i / r, column = i % r;
        q.x.push_back(static_cast<double>(column) / static_cast<double>(r));
        q.y.push_back(static_cast<double>(row) / static_cast<double>(r));
      }
      Result result = evaluate(k, q, k == 0 ? Result() : up(below, k, q), config_.instance_norm, for_each);
      if (k < last) below = std::move(result);  // the last block was evaluated for its deviations alone
    }
    if (bilinear_up()) map_ = std::move(below);
  }

  /// Row `row` of the plan's cells of block k.
  void evaluate_row(size_t k, int64_t row, const ForEach& for_each) {
    Block& block = blocks_[k];
    if (block.row == row) return;
    Points q;
    for (const int64_t cell : plan_.x.cells[k]) {
      q.x.push_back(static_cast<double>(cell) / plan_.x.resolution[k]);
      q.y.push_back(static_cast<double>(plan_.y.cells[k][static_cast<size_t>(row)]) / plan_.y.resolution[k]);
    }
    Result below;
    if (k > 0 && bilinear_up()) {
      below = up(map_, k, q);
    } else if (k > 0) {
      evaluate_row(k - 1, plan_.y.parent[k][static_cast<size_t>(row)], for_each);
      const Result& coarse = blocks_[k - 1].held;
      below = {shared_by(coarse.x, plan_.x.parent[k]), shared_by(coarse.image, plan_.x.parent[k])};
    }
    block.held = evaluate(k, q, std::move(below), false, for_each);
    block.row = row;
  }

  const model::ModelConfig& config_;
  const model::GridPlan& plan_;
  std::vector<Block> blocks_;
  bool prepared_ = false;
  Result map_;  // bilinear: the block below the last one, on its own grid
};

}  // namespace

std::unique_ptr<ReferenceFunction> reference_of_released(const InrModel& model, std::span<const float> theta,
                                                         const model::GridPlan& plan) {
  return std::make_unique<Released>(model, theta, plan);
}

}  // namespace inr::render::decoders
