// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Decoders made of blocks: their weights for the fast renderer (model.md, section 2, Layers).
#include <cmath>
#include <map>
#include <string>

#include "render/weight_maker.hpp"

namespace inr::render::decoders {
namespace {

using kernels::Buffer;
using kernels::kStrip;
using model::LayerKind;
using model::LayerLayout;

class Maker {
 public:
  Maker(const model::Weights& shared, std::span<const float> theta) : shared_(shared), theta_(theta) {}

  /// Columns first .. first + count - 1 of a layer.
  Matrix matrix(const LayerLayout& layer, int64_t first, int64_t count) {
    Matrix out = WeightMaker::matrix(layer.out, count);
    kernels::WeightJob job;
    job.first = first;
    job.columns = count;
    const float* theta = theta_.data() + layer.offset;
    switch (layer.kind) {
      case LayerKind::kFmm:
      case LayerKind::kLowrank:
        job.a = theta;
        job.b = theta + layer.out * layer.rank;
        job.rank = layer.rank;
        job.b_stride = layer.in;
        job.gated = layer.kind == LayerKind::kFmm;
        if (job.gated) {
          job.shared = shared_.at(layer.name + ".shared").data();
        } else {
          job.scale = static_cast<float>(layer.weight_scale);
        }
        break;
      case LayerKind::kFull:
        job.shared = theta;
        job.scale = static_cast<float>(layer.weight_scale);
        break;
      case LayerKind::kAdain:
        job.shared = shared_.at(layer.name + ".shared").data();
        job.scale = static_cast<float>(layer.weight_scale);
        job.gain = gains(layer);
        break;
    }
    job.shared_stride = layer.in;
    maker_.add(job, out);
    return out;
  }

  Buffer bias(const LayerLayout& layer) {
    Buffer out = Buffer::zeros(kernels::n_strips(layer.out) * kStrip);
    const float* theta = theta_.data() + layer.offset + layer.size - layer.out;  // comes last in every kind
    const auto scale = static_cast<float>(layer.bias_scale);
    if (layer.kind == LayerKind::kAdain) {
      const float* shared = shared_.at(layer.name + ".shared_bias").data();
      const float* gain = gains(layer);
      for (int64_t i = 0; i < layer.out; ++i) out.data()[i] = gain[i] * (scale * shared[i]) + theta[i];
    } else {
      for (int64_t i = 0; i < layer.out; ++i) out.data()[i] = theta[i] * scale;
    }
    return out;
  }

  Head rgb(const model::RgbLayout& layout) {
    Head head{WeightMaker::matrix(3, layout.in), {}, Buffer::zeros(kStrip)};
    kernels::WeightJob job;
    job.shared = theta_.data() + layout.offset;
    job.shared_stride = job.columns = layout.in;
    job.scale = static_cast<float>(layout.weight_scale);
    maker_.add(job, head.x);
    const float* bias = job.shared + 3 * layout.in;
    for (int64_t i = 0; i < 3; ++i) head.bias.data()[i] = bias[i] * static_cast<float>(layout.bias_scale);
    return head;
  }

  void run(const kernels::Operations& operations, const ForEach& for_each) const { maker_.run(operations, for_each); }

 private:
  /// 2 sigmoid(g) of an adain layer.
  const float* gains(const LayerLayout& layer) {
    std::vector<float>& gain = gains_[layer.name];
    if (gain.empty()) {
      for (int64_t i = 0; i < layer.out; ++i) {
        gain.push_back(2.0F / (1.0F + std::exp(-theta_[static_cast<size_t>(layer.offset + i)])));
      }
    }
    return gain.data();
  }

  const model::Weights& shared_;
  std::span<const float> theta_;
  std::map<std::string, std::vector<float>> gains_;
  WeightMaker maker_;
};

std::vector<double> frequencies(const model::ModelConfig& config, const model::BlockConfig& block,
                                const model::BlockLayout& layout, std::span<const float> theta) {
  std::vector<double> out;
  const auto scale = static_cast<float>(config.fourier_scale);  // the product is rounded as the reference rounds it
  for (int64_t i = 0; i < 2 * layout.frequencies; ++i) {
    out.push_back(static_cast<double>(theta[static_cast<size_t>(layout.frequencies_offset + i)] * scale));
  }
  if (layout.fixed_frequencies == 0) return out;
  for (const double f : model::fixed_frequency_rows(block)) out.push_back(static_cast<double>(static_cast<float>(f)));
  return out;
}

}  // namespace

FunctionWeights weights_of_blocks(const model::ModelConfig& config, const model::ThetaLayout& layout,
                                  const model::Weights& shared, std::span<const float> theta,
                                  const kernels::Operations& operations, const ForEach& for_each) {
  FunctionWeights out;
  Maker maker(shared, theta);
  for (size_t k = 0; k < layout.blocks.size(); ++k) {
    const model::BlockLayout& from = layout.blocks[k];
    Block block;
    block.width = config.blocks[k].width;
    block.frequencies = frequencies(config, config.blocks[k], from, theta);
    block.n_learned = from.frequencies;
    block.n_fixed = from.fixed_frequencies;
    std::vector<const LayerLayout*> layers;
    if (from.high) layers.push_back(&*from.high);
    for (const LayerLayout& layer : from.layers) layers.push_back(&layer);
    for (const LayerLayout* layer : layers) {
      const int64_t x =
          block.layers.empty() ? 0 : layer->x_columns;  // the first one's come with `next` of the block below
      block.layers.push_back({maker.matrix(*layer, 0, x),
                              maker.matrix(*layer, layer->x_columns, layer->e_columns),
                              {},
                              maker.bias(*layer)});
    }
    if (from.rgb) block.rgb = maker.rgb(*from.rgb);
    if (k + 1 < layout.blocks.size()) {
      const model::BlockLayout& above = layout.blocks[k + 1];
      const LayerLayout& first = above.low ? *above.low : above.layers.front();
      block.next.x = maker.matrix(first, 0, first.x_columns);
      if (above.low) block.next.bias = maker.bias(first);
    }
    out.blocks.push_back(std::move(block));
  }
  maker.run(operations, for_each);
  return out;
}

}  // namespace inr::render::decoders
