// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "render/hypernetwork.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "base/philox.hpp"
#include "kernels/buffer.hpp"
#include "kernels/operations.hpp"

namespace inr::render {
namespace {

using kernels::Buffer;
using kernels::kGroup;
using Row = Hypernetwork::Row;
static_assert(Hypernetwork::kLanes == kGroup);

constexpr int64_t kRowsAtOnce = 64;  // outputs of a layer: a piece of work
constexpr int64_t kMeanLatents = 10000;
constexpr int64_t kMeanChunk = 4 * kGroup;  // latents that share a pass over the weights
constexpr int64_t kMeanRound = 16;          // chunks whose h are held at a time

int64_t n_groups_of(size_t n) { return (static_cast<int64_t>(n) + kGroup - 1) / kGroup; }

/// Rows as lanes: [n_groups][width][kGroup]; lanes behind the last row are zero.
Buffer as_lanes(std::span<const Row> rows, int64_t width) {
  Buffer out = Buffer::zeros(n_groups_of(rows.size()) * width * kGroup);
  for (size_t n = 0; n < rows.size(); ++n) {
    if (static_cast<int64_t>(rows[n].size()) != width) throw std::invalid_argument("a latent has another width");
    const auto i = static_cast<int64_t>(n);
    float* to = out.data() + i / kGroup * width * kGroup + i % kGroup;
    for (int64_t k = 0; k < width; ++k) to[k * kGroup] = rows[n][static_cast<size_t>(k)];
  }
  return out;
}

/// Values first .. first + count - 1 of every row, from lanes that lie [n_groups][>= count][kGroup], group_stride
/// apart.
void from_lanes(const float* lanes, int64_t group_stride, int64_t first, int64_t count, std::span<Row> rows) {
  for (size_t n = 0; n < rows.size(); ++n) {
    const auto i = static_cast<int64_t>(n);
    const float* from = lanes + i / kGroup * group_stride + i % kGroup;
    float* to = rows[n].data() + first;
    for (int64_t k = 0; k < count; ++k) to[k] = from[k * kGroup];
  }
}

std::vector<Row> make_rows(size_t n, int64_t width) { return std::vector<Row>(n, Row(static_cast<size_t>(width))); }

/// Pieces of a layer's outputs: work(first, count).
template <typename Work>
void over_outputs(int64_t n, const ForEach& for_each, const Work& work) {
  for_each((n + kRowsAtOnce - 1) / kRowsAtOnce, [&](int64_t piece) {
    const int64_t first = piece * kRowsAtOnce;
    work(first, std::min(kRowsAtOnce, n - first));
  });
}

/// z / sqrt(mean(z^2) + 1e-8)
void normalise(Row& z) {
  double sum = 0;
  for (const float v : z) sum += static_cast<double>(v) * static_cast<double>(v);
  const double length = std::sqrt(sum / static_cast<double>(z.size()) + 1e-8);
  for (float& v : z) v = static_cast<float>(static_cast<double>(v) / length);
}

}  // namespace

Hypernetwork::Hypernetwork(const model::ModelConfig& config, const model::Weights& weights,
                           const kernels::Operations& operations)
    : operations_(&operations), style_(model::row_of(config.decoder).style) {
  for (int64_t i = 0; i < config.depth; ++i) {
    const std::string name = "hypernet." + std::to_string(i);
    Linear& layer = layers_.emplace_back(linear(weights, name, i == 0 ? config.z_dim : config.hidden));
    if (i > 0 && !style_) layer.residual = weights.at(name + ".scale").data();
  }
  if (weights.contains("hypernet.out.weight")) out_ = linear(weights, "hypernet.out", config.hidden);
}

Hypernetwork::Linear Hypernetwork::linear(const model::Weights& weights, const std::string& name, int64_t columns) {
  const std::vector<float>& bias = weights.at(name + ".bias");
  return {weights.at(name + ".weight").data(), bias.data(), static_cast<int64_t>(bias.size()), columns};
}

Buffer Hypernetwork::activated_layer(const Linear& layer, const Buffer& in, int64_t n_groups,
                                     const ForEach& for_each) const {
  Buffer out(n_groups * layer.rows * kGroup);
  const auto activated = [style = style_](float y) {  // what is not a number stays so
    return style ? (y < 0 ? y * 0.2F : y) * std::numbers::sqrt2_v<float> : (y < 0 ? 0 : y);
  };
  over_outputs(layer.rows, for_each, [&](int64_t first, int64_t count) {
    float* to = out.data() + first * kGroup;
    operations_->linear({layer.weight + first * layer.columns, layer.columns, layer.bias + first, count, layer.columns,
                         in.data(), n_groups, layer.columns * kGroup, to, layer.rows * kGroup});
    for (int64_t g = 0; g < n_groups; ++g) {
      float* y = out.data() + (g * layer.rows + first) * kGroup;
      if (layer.residual == nullptr) {
        for (int64_t i = 0; i < count * kGroup; ++i) y[i] = activated(y[i]);
      } else {  // the input is as wide as the output
        const float* x = in.data() + (g * layer.columns + first) * kGroup;
        for (int64_t i = 0; i < count * kGroup; ++i) y[i] = x[i] + *layer.residual * activated(y[i]);
      }
    }
  });
  return out;
}

std::vector<Row> Hypernetwork::hidden(std::span<const Row> z, const ForEach& for_each) const {
  std::vector<Row> rows(z.begin(), z.end());
  if (style_) std::ranges::for_each(rows, normalise);
  const int64_t n_groups = n_groups_of(rows.size());
  Buffer h = as_lanes(rows, layers_.front().columns);
  for (const Linear& layer : layers_) h = activated_layer(layer, h, n_groups, for_each);
  const int64_t width = layers_.back().rows;
  rows = make_rows(z.size(), width);
  from_lanes(h.data(), width * kGroup, 0, width, rows);
  return rows;
}

std::vector<Row> Hypernetwork::theta(std::span<const Row> h, const ForEach& for_each) const {
  if (out_.weight == nullptr) throw std::logic_error("a hypernetwork without its last layer");
  const int64_t n_groups = n_groups_of(h.size());
  const Buffer in = as_lanes(h, out_.columns);
  std::vector<Row> out = make_rows(h.size(), out_.rows);
  over_outputs(out_.rows, for_each, [&](int64_t first, int64_t count) {
    Buffer lanes(n_groups * count * kGroup);
    operations_->linear({out_.weight + first * out_.columns, out_.columns, out_.bias + first, count, out_.columns,
                         in.data(), n_groups, out_.columns * kGroup, lanes.data(), count * kGroup});
    from_lanes(lanes.data(), count * kGroup, first, count, out);
  });
  return out;
}

Row Hypernetwork::mean_hidden(const ForEach& for_each) const {
  const int64_t z_dim = layers_.front().columns;
  std::vector<double> sums(static_cast<size_t>(layers_.back().rows));
  for (int64_t begin = 0; begin < kMeanLatents; begin += kMeanRound * kMeanChunk) {
    const int64_t n_here = std::min(kMeanRound * kMeanChunk, kMeanLatents - begin);
    std::vector<std::vector<Row>> chunks(static_cast<size_t>((n_here + kMeanChunk - 1) / kMeanChunk));
    for_each(static_cast<int64_t>(chunks.size()), [&](int64_t c) {
      const int64_t first = begin + c * kMeanChunk;
      std::vector<Row> z = make_rows(static_cast<size_t>(std::min(kMeanChunk, begin + n_here - first)), z_dim);
      for (size_t i = 0; i < z.size(); ++i) base::CounterRng(0, static_cast<uint64_t>(first) + i).fill_normal(z[i]);
      chunks[static_cast<size_t>(c)] = hidden(z, in_this_thread);
    });
    for (const std::vector<Row>& chunk : chunks) {  // in the order of the latents
      for (const Row& h : chunk) {
        for (size_t i = 0; i < sums.size(); ++i) sums[i] += static_cast<double>(h[i]);
      }
    }
  }
  Row out;
  for (const double sum : sums) out.push_back(static_cast<float>(sum / static_cast<double>(kMeanLatents)));
  return out;
}

void truncate(std::span<float> h, std::span<const float> mean, double psi) {
  for (size_t i = 0; i < h.size(); ++i) {
    // in this form exact at 0 and 1
    h[i] = static_cast<float>((1 - psi) * static_cast<double>(mean[i]) + psi * static_cast<double>(h[i]));
  }
}

}  // namespace inr::render
