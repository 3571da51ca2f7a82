// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Decoder released: its weights for the fast renderer (released.md, sections 2 to 4). Against the formula as written
//   - act(x) = sqrt(2) max(x, x / 5): the root is taken by the matrices that see the features;
//   - the random rows of the basis come first, then those of powers of two, which are few along either axis;
//   - u = 2 q_x - 1 and v = 1 - 2/R - 2 q_y: with p = 2 q - 1 (+ 2/R along y) the frequencies are (b_u, -b_v).
// Letters: d rows, C columns of a layer, r rank, R own grid of a block.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "render/weight_maker.hpp"

namespace inr::render::decoders {
namespace {

using kernels::Buffer;
using kernels::kStrip;
using model::LayerLayout;

constexpr double kEpsilon = 1e-8;

class Maker {
 public:
  Maker(const model::Weights& shared, std::span<const float> theta) : shared_(shared), theta_(theta) {}

  /// Begins a layer: M = 1 + left right / sqrt(r) is a product of rank r + 1.
  void begin(const LayerLayout& layer) {
    const float* left = theta_.data() + layer.offset;
    const float* right = left + layer.out * layer.rank;
    const auto scale = static_cast<float>(1 / std::sqrt(static_cast<double>(layer.rank)));
    std::vector<float> a, b(right, right + layer.rank * layer.in);
    a.reserve(static_cast<size_t>(layer.out * (layer.rank + 1)));
    for (int64_t row = 0; row < layer.out; ++row) {
      for (int64_t i = 0; i < layer.rank; ++i) a.push_back(left[row * layer.rank + i] * scale);
      a.push_back(1);
    }
    b.insert(b.end(), static_cast<size_t>(layer.in), 1.0F);
    job_ = {};
    job_.shared = shared_.at(layer.name + ".shared").data();
    job_.shared_stride = job_.b_stride = layer.in;
    job_.a = maker_.keep(std::move(a)).data();
    job_.b = maker_.keep(std::move(b)).data();
    job_.rank = layer.rank + 1;
    layers_.emplace_back();
  }

  /// Columns first .. first + count - 1 of that layer, to columns `to` .. of the matrix.
  void columns(int64_t first, int64_t count, Matrix& matrix, int64_t to = 0) {
    kernels::WeightJob job = job_;
    job.first = first;
    job.columns = count;
    maker_.add(job, matrix, to);
  }

  /// All columns of that layer which this matrix has are in; rows are divided by their length and times `factor`.
  void part(Matrix& matrix, double factor) {
    layers_.back().push_back({matrix.strips.data(), kernels::n_strips(matrix.rows), matrix.columns, factor});
  }

  Buffer bias(const LayerLayout& layer) const {
    Buffer out = Buffer::zeros(kernels::n_strips(layer.out) * kStrip);
    std::copy_n(shared_.at(layer.name + ".bias").data(), layer.out, out.data());
    return out;
  }

  Head rgb(const model::RgbLayout& layout, const std::string& prefix) const {
    Head head{WeightMaker::matrix(3, layout.in), {}, Buffer::zeros(kStrip)};
    const float* shared = shared_.at(prefix + "rgb.shared").data();
    const float* style = theta_.data() + layout.offset;
    for (int64_t c = 0; c < layout.in; ++c) {
      for (int64_t i = 0; i < 3; ++i) {
        head.x.strips.data()[c * kStrip + i] = static_cast<float>(
            static_cast<double>(shared[i * layout.in + c] * style[c]) * layout.weight_scale * std::numbers::sqrt2);
      }
    }
    std::copy_n(shared_.at(prefix + "rgb.bias").data(), 3, head.bias.data());
    return head;
  }

  void run(const kernels::Operations& operations, const ForEach& for_each) const {
    maker_.run(operations, for_each);
    std::vector<std::pair<const std::vector<Part>*, int64_t>> strips;
    for (const std::vector<Part>& parts : layers_) {
      for (int64_t s = 0; s < parts.front().n_strips; ++s) strips.emplace_back(&parts, s);
    }
    for_each(static_cast<int64_t>(strips.size()), [&](int64_t i) {
      const auto& [parts, strip] = strips[static_cast<size_t>(i)];
      normalise(*parts, strip);
    });
  }

 private:
  struct Part {
    float* strips;
    int64_t n_strips, columns;
    double factor;
  };

  /// The rows of one strip. Those that pad it are zero and stay so.
  static void normalise(const std::vector<Part>& parts, int64_t strip) {
    double squares[kStrip] = {};
    for (const Part& part : parts) {
      const float* values = part.strips + strip * part.columns * kStrip;
      for (int64_t c = 0; c < part.columns; ++c) {
        for (int64_t i = 0; i < kStrip; ++i) {
          const auto value = static_cast<double>(values[c * kStrip + i]);
          squares[i] += value * value;
        }
      }
    }
    for (const Part& part : parts) {
      float scale[kStrip];
      for (int64_t i = 0; i < kStrip; ++i) {
        scale[i] = static_cast<float>(part.factor / (std::sqrt(squares[i]) + kEpsilon));
      }
      float* values = part.strips + strip * part.columns * kStrip;
      for (int64_t c = 0; c < part.columns; ++c) {
        for (int64_t i = 0; i < kStrip; ++i) values[c * kStrip + i] *= scale[i];
      }
    }
  }

  const model::Weights& shared_;
  std::span<const float> theta_;
  WeightMaker maker_;
  kernels::WeightJob job_;
  std::vector<std::vector<Part>> layers_;
};

/// Which row of the basis each frequency is: random ones first.
std::vector<int64_t> rows_in_order(const model::BlockConfig& block) {
  std::vector<int64_t> out;
  for (int64_t i = 0; i < block.random_frequencies; ++i) out.push_back(block.fixed_frequencies + i);
  for (int64_t i = 0; i < block.fixed_frequencies; ++i) out.push_back(i);
  return out;
}

/// The first layer's columns that see the point: those of sines and cosines, and of the stored constants.
void coordinates(Maker& maker, const model::BlockConfig& from, const LayerLayout& layer, Block& block) {
  const int64_t n_rows = from.fixed_frequencies + from.random_frequencies;
  const int64_t random = from.random_frequencies, fixed = from.fixed_frequencies;
  Matrix& e = block.layers.front().e;
  e = WeightMaker::matrix(layer.out, 2 * n_rows);
  for (int64_t half = 0; half < (from.cosine ? 2 : 1); ++half) {  // without cosines their columns stay zero
    const int64_t source = layer.x_columns + half * n_rows, to = half * n_rows;
    maker.columns(source + fixed, random, e, to);
    maker.columns(source, fixed, e, to + random);
  }
  maker.part(e, 1);
  block.stored.x = WeightMaker::matrix(layer.out, from.constants);
  maker.columns(layer.in - from.constants, from.constants, block.stored.x);
  maker.part(block.stored.x, 1);
}

}  // namespace

FunctionWeights weights_of_released(const model::ModelConfig& config, const model::ThetaLayout& layout,
                                    const model::Weights& shared, std::span<const float> theta,
                                    const kernels::Operations& operations, const ForEach& for_each) {
  FunctionWeights out;
  out.tanh = false;
  out.blocks.resize(config.blocks.size());
  Maker maker(shared, theta);
  for (size_t k = 0; k < layout.blocks.size(); ++k) {
    const model::BlockConfig& from = config.blocks[k];
    const std::string prefix = "inr." + std::to_string(k) + ".";
    Block& block = out.blocks[k];
    block.width = from.width;
    block.activation = kernels::Activation::kLeaky;
    block.scale = 2;
    block.shift_x = -1;
    block.shift_y = -1 + 2 / static_cast<double>(from.resolution);
    block.n_learned = from.random_frequencies;
    block.n_fixed = from.fixed_frequencies;
    for (const int64_t row : rows_in_order(from)) {
      const float* b = shared.at(prefix + "basis").data() + 2 * row;
      block.frequencies.push_back(static_cast<double>(b[0]));
      block.frequencies.push_back(-static_cast<double>(b[1]));
    }
    if (from.constants > 0) {
      block.stored.resolution = from.resolution;
      block.stored.values = shared.at(prefix + "constants").data();
    }
    for (const LayerLayout& layer : layout.blocks[k].layers) {
      maker.begin(layer);
      const bool first = block.layers.empty();
      Matrix x = WeightMaker::matrix(layer.out, layer.x_columns);
      maker.columns(0, layer.x_columns, x);
      maker.part(x, std::numbers::sqrt2);
      block.layers.emplace_back().bias = maker.bias(layer);
      if (first) coordinates(maker, from, layer, block);
      if (!first) {
        block.layers.back().x = std::move(x);
      } else if (k > 0) {
        out.blocks[k - 1].next.x = std::move(x);
      }
    }
    block.rgb = maker.rgb(*layout.blocks[k].rgb, prefix);
  }
  maker.run(operations, for_each);
  return out;
}

}  // namespace inr::render::decoders
