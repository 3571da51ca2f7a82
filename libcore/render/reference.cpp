// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The multi-scale INR of the paper, step by step (model.md, section 2): weights from theta, coordinate features,
// layers, colours. Decoders hyper, fourier, fmm and multiscale.
// Notation: d rows and C columns of a layer, m Fourier features, W cells of a row.
#include "render/reference.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <stdexcept>

namespace inr::render {

// ---------------------------------------------------------------------------------------------------- linear algebra

Plane affine(const Dense& layer, const std::vector<const Plane*>& parts, const ForEach& for_each) {
  constexpr int64_t kRowsAtOnce = 8;  // of the matrix, for one thread
  Plane y(layer.out, parts.front()->points);
  for_pieces(for_each, layer.out, kRowsAtOnce, [&](int64_t i) {
    double* const to = y.channel(i);
    std::fill_n(to, y.points, layer.bias[static_cast<size_t>(i)]);
    const double* w = layer.weight.data() + i * layer.in;
    for (const Plane* x : parts) {
      for (int64_t c = 0; c < x->channels; ++c, ++w) {
        const double* const from = x->channel(c);
        for (int64_t p = 0; p < y.points; ++p) to[p] += *w * from[p];
      }
    }
  });
  return y;
}

void rectify(Plane& x, double slope) {
  for (double& value : x.values) value = value < 0 ? slope * value : value;
}

void add(Plane& a, const Plane& b) {
  if (a.empty()) {
    a = b;
    return;
  }
  if (!b.empty()) std::ranges::transform(a.values, b.values, a.values.begin(), std::plus<>());
}

Plane shared_by(const Plane& coarse, const std::vector<int32_t>& parent) {
  Plane fine(coarse.channels, static_cast<int64_t>(parent.size()));
  for (int64_t c = 0; c < coarse.channels; ++c) {
    std::ranges::transform(parent, fine.channel(c), [from = coarse.channel(c)](int32_t cell) { return from[cell]; });
  }
  return fine;
}

namespace {

using model::LayerKind;

// -------------------------------------------------------------------------------------------------- theta to weights

double twice_sigmoid(double x) { return 2 / (1 + std::exp(-x)); }

/// W and b of a layer (model.md, section 2, Layers).
///   fmm      W = W_s * 2 sigmoid(A B)          b = s_b theta_b
///   lowrank  W = s_w A B                       b = s_b theta_b
///   full     W = s_w theta_W                   b = s_b theta_b
///   adain    W = 2 sigmoid(g) s_w W_s          b = 2 sigmoid(g) s_b b_s + theta_b
Dense weights_of(const model::LayerLayout& layer, const model::Weights& shared, std::span<const float> theta) {
  const float* const own = theta.data() + layer.offset;  // A, then B; or theta_W; or g
  const float* const own_bias = own + layer.size - layer.out;
  const bool is_adain = layer.kind == LayerKind::kAdain;
  const bool has_shared = is_adain || layer.kind == LayerKind::kFmm;
  // W_s and b_s; what takes their place in the other kinds is not read.
  const float* const w_s = has_shared ? shared.at(layer.name + ".shared").data() : own;
  const float* const b_s = is_adain ? shared.at(layer.name + ".shared_bias").data() : own_bias;
  const auto a_times_b = [&](int64_t i, int64_t c) {
    const float* const b = own + layer.out * layer.rank;
    double sum = 0;
    for (int64_t r = 0; r < layer.rank; ++r) sum += double{own[i * layer.rank + r]} * double{b[r * layer.in + c]};
    return sum;
  };
  const auto weight = [&](int64_t i, int64_t c) -> double {
    const int64_t at = i * layer.in + c;
    switch (layer.kind) {
      case LayerKind::kFmm:
        return double{w_s[at]} * twice_sigmoid(a_times_b(i, c));
      case LayerKind::kLowrank:
        return layer.weight_scale * a_times_b(i, c);
      case LayerKind::kFull:
        return layer.weight_scale * double{own[at]};
      case LayerKind::kAdain:
        return twice_sigmoid(double{own[i]}) * layer.weight_scale * double{w_s[at]};
    }
    throw std::logic_error("weights_of: another kind of layer");
  };
  Dense out(layer.out, layer.in);
  for (int64_t i = 0; i < layer.out; ++i) {
    for (int64_t c = 0; c < layer.in; ++c) out.weight[static_cast<size_t>(i * layer.in + c)] = weight(i, c);
    out.bias[static_cast<size_t>(i)] =
        is_adain ? twice_sigmoid(double{own[i]}) * layer.bias_scale * double{b_s[i]} + double{own_bias[i]}
                 : layer.bias_scale * double{own_bias[i]};
  }
  return out;
}

Dense weights_of(const model::RgbLayout& rgb, std::span<const float> theta) {
  const float* const own = theta.data() + rgb.offset;
  Dense out(3, rgb.in);
  for (size_t i = 0; i < out.weight.size(); ++i) out.weight[i] = rgb.weight_scale * double{own[i]};
  for (int64_t i = 0; i < 3; ++i) out.bias[static_cast<size_t>(i)] = rgb.bias_scale * double{own[3 * rgb.in + i]};
  return out;
}

/// B_k: learned rows, then fixed ones, [m, 2].
std::vector<double> frequencies_of(const InrModel& model, size_t k, std::span<const float> theta) {
  const model::BlockLayout& layout = model.layout.blocks[k];
  std::vector<double> out;
  for (int64_t i = 0; i < 2 * layout.frequencies; ++i) {
    out.push_back(model.config.fourier_scale * double{theta[static_cast<size_t>(layout.frequencies_offset + i)]});
  }
  if (layout.fixed_frequencies > 0) {
    const std::vector<double> fixed = model::fixed_frequency_rows(model.config.blocks[k]);
    out.insert(out.end(), fixed.begin(), fixed.end());
  }
  return out;
}

// ------------------------------------------------------------------------------------------------------ the function

class Blocks final : public ReferenceFunction {
 public:
  Blocks(const InrModel& model, std::span<const float> theta, const model::GridPlan& plan) : plan_(plan) {
    for (size_t k = 0; k < model.layout.blocks.size(); ++k) {
      const model::BlockLayout& layout = model.layout.blocks[k];
      Block block;
      block.frequencies = frequencies_of(model, k, theta);
      if (layout.low) block.low = weights_of(*layout.low, model.shared, theta);
      if (layout.high) block.high = weights_of(*layout.high, model.shared, theta);
      for (const model::LayerLayout& layer : layout.layers) {
        block.layers.push_back({weights_of(layer, model.shared, theta), layer.x_columns > 0, layer.e_columns > 0});
      }
      if (layout.rgb) block.rgb = weights_of(*layout.rgb, theta);
      blocks_.push_back(std::move(block));
    }
  }

  const Plane& colours(int64_t row, const ForEach& for_each) override {
    evaluate(blocks_.size() - 1, row, for_each);
    colours_ = blocks_.back().rgb_sum;
    for (double& value : colours_.values) value = std::tanh(value);
    return colours_;
  }

 private:
  struct Layer {
    Dense weights;
    bool sees_x = false, sees_e = false;
  };
  struct Block {
    std::vector<double> frequencies;  // B_k
    std::optional<Dense> low, high;   // the connector of a split join
    std::vector<Layer> layers;
    std::optional<Dense> rgb;
    // The row of cells that is held: its features x_k, and the colours of all blocks up to this one.
    int64_t row = -1;
    Plane x, rgb_sum;
  };

  /// e_k of the cells of one row, q = cell / R_k: [sin(B q); cos(B q)], or q itself where there are no frequencies.
  [[nodiscard]] Plane features(size_t k, int64_t row) const {
    const std::vector<int64_t>& cells = plan_.x.cells[k];
    const std::vector<double>& b = blocks_[k].frequencies;
    const auto m = static_cast<int64_t>(b.size() / 2);
    const double q_y = static_cast<double>(plan_.y.cells[k][static_cast<size_t>(row)]) / plan_.y.resolution[k];
    Plane e(m > 0 ? 2 * m : 2, static_cast<int64_t>(cells.size()));
    for (int64_t p = 0; p < e.points; ++p) {
      const double q_x = static_cast<double>(cells[static_cast<size_t>(p)]) / plan_.x.resolution[k];
      if (m == 0) {
        e.channel(0)[p] = q_x;
        e.channel(1)[p] = q_y;
      }
      for (int64_t i = 0; i < m; ++i) {
        const double phase = b[static_cast<size_t>(2 * i)] * q_x + b[static_cast<size_t>(2 * i + 1)] * q_y;
        e.channel(i)[p] = std::sin(phase);
        e.channel(m + i)[p] = std::cos(phase);
      }
    }
    return e;
  }

  /// Row `row` of the cells of block k, from the row of block k - 1 that it lies in.
  void evaluate(size_t k, int64_t row, const ForEach& for_each) {
    Block& block = blocks_[k];
    if (block.row == row) return;
    Plane x, rgb;
    if (k > 0) {
      evaluate(k - 1, plan_.y.parent[k][static_cast<size_t>(row)], for_each);
      x = shared_by(blocks_[k - 1].x, plan_.x.parent[k]);
      rgb = shared_by(blocks_[k - 1].rgb_sum, plan_.x.parent[k]);
    }
    const Plane e = features(k, row);
    if (block.low) {
      x = affine(*block.low, {&x}, for_each);
      add(x, affine(*block.high, {&e}, for_each));
      rectify(x, 0);
    }
    for (const Layer& layer : block.layers) {
      std::vector<const Plane*> parts;
      if (layer.sees_x) parts.push_back(&x);
      if (layer.sees_e) parts.push_back(&e);
      x = affine(layer.weights, parts, for_each);
      rectify(x, 0);
    }
    if (block.rgb) add(rgb, affine(*block.rgb, {&x}, for_each));
    block.x = std::move(x);
    block.rgb_sum = std::move(rgb);
    block.row = row;
  }

  const model::GridPlan& plan_;
  std::vector<Block> blocks_;
  Plane colours_;
};

}  // namespace

std::unique_ptr<ReferenceFunction> decoders::reference_of_blocks(const InrModel& model, std::span<const float> theta,
                                                                 const model::GridPlan& plan) {
  return std::make_unique<Blocks>(model, theta, plan);
}

}  // namespace inr::render
