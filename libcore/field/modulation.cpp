// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "field/modulation.hpp"

#include <functional>

#include "field/factored_weight.hpp"

namespace inr::field {
namespace {

using model::LayerKind;
using model::LayerLayout;

/// Reads consecutive pieces of theta.
class ThetaCursor {
 public:
  ThetaCursor(const at::Tensor& theta, int64_t offset) : theta_(theta), offset_(offset) {}
  at::Tensor take(at::IntArrayRef shape) {
    const int64_t n = c10::multiply_integers(shape);
    std::vector<int64_t> batched{theta_.size(0)};
    batched.insert(batched.end(), shape.begin(), shape.end());
    at::Tensor piece = theta_.narrow(1, offset_, n).reshape(batched);
    offset_ += n;
    return piece;
  }

 private:
  const at::Tensor& theta_;
  int64_t offset_;
};

LayerWeights layer_weights(const LayerLayout& layer, const TensorMap& shared, const at::Tensor& theta) {
  ThetaCursor cursor(theta, layer.offset);
  std::function<at::Tensor(int64_t first, int64_t count)> columns;  // of the weights, [N, C_out, count]
  at::Tensor weight;                                                // [N, C_out, C_in], where they are made at once
  at::Tensor bias;                                                  // [N, C_out]
  switch (layer.kind) {
    case LayerKind::kFmm: {
      const at::Tensor a = cursor.take({layer.out, layer.rank});
      const at::Tensor b = cursor.take({layer.rank, layer.in});
      columns = [a, b, s = shared.at(layer.name + ".shared")](int64_t first, int64_t count) {
        return factored_weight(a, b.narrow(2, first, count), s.narrow(1, first, count));
      };
      bias = cursor.take({layer.out}) * layer.bias_scale;
      break;
    }
    case LayerKind::kLowrank: {
      const at::Tensor a = cursor.take({layer.out, layer.rank});
      weight = at::bmm(a, cursor.take({layer.rank, layer.in})) * layer.weight_scale;
      bias = cursor.take({layer.out}) * layer.bias_scale;
      break;
    }
    case LayerKind::kFull:
      weight = cursor.take({layer.out, layer.in}) * layer.weight_scale;
      bias = cursor.take({layer.out}) * layer.bias_scale;
      break;
    case LayerKind::kAdain: {
      const at::Tensor gain = at::sigmoid(cursor.take({layer.out})) * 2.0;  // [N, C_out]
      const at::Tensor shift = cursor.take({layer.out});
      weight = gain.unsqueeze(2) * (shared.at(layer.name + ".shared") * layer.weight_scale);
      bias = gain * (shared.at(layer.name + ".shared_bias") * layer.bias_scale) + shift;
      break;
    }
  }
  if (!columns) columns = [&weight](int64_t first, int64_t count) { return weight.narrow(2, first, count); };
  LayerWeights out;
  if (layer.x_columns > 0) out.x = columns(0, layer.x_columns).transpose(1, 2);
  if (layer.e_columns > 0) out.e = columns(layer.x_columns, layer.e_columns).transpose(1, 2);
  out.bias = bias.unsqueeze(1);
  return out;
}

LayerWeights rgb_weights(const model::RgbLayout& rgb, const at::Tensor& theta) {
  ThetaCursor cursor(theta, rgb.offset);
  LayerWeights out;
  out.x = (cursor.take({3, rgb.in}) * rgb.weight_scale).transpose(1, 2);
  out.bias = (cursor.take({3}) * rgb.bias_scale).unsqueeze(1);
  return out;
}

at::Tensor frequencies(const model::ModelConfig& config, const model::BlockConfig& block,
                       const model::BlockLayout& layout, const at::Tensor& theta) {
  at::Tensor rows = ThetaCursor(theta, layout.frequencies_offset).take({layout.frequencies, 2}) * config.fourier_scale;
  if (layout.fixed_frequencies == 0) return rows;
  const std::vector<double> fixed = model::fixed_frequency_rows(block);
  const at::Tensor fixed_rows = at::tensor(at::ArrayRef<double>(fixed), at::kDouble)
                                    .reshape({layout.fixed_frequencies, 2})
                                    .to(theta.device(), theta.scalar_type())
                                    .expand({theta.size(0), layout.fixed_frequencies, 2});
  return at::cat({rows, fixed_rows}, 1);
}

}  // namespace

std::vector<BlockWeights> make_weights(const model::ModelConfig& config, const model::ThetaLayout& layout,
                                       const TensorMap& shared, const at::Tensor& theta) {
  TORCH_CHECK(theta.dim() == 2 && theta.size(1) == layout.n_theta, "theta is not [N, ", layout.n_theta, "]");
  std::vector<BlockWeights> out;
  for (size_t k = 0; k < layout.blocks.size(); ++k) {
    const model::BlockLayout& block = layout.blocks[k];
    BlockWeights weights;
    weights.frequencies = frequencies(config, config.blocks[k], block, theta);
    weights.n_fixed = block.fixed_frequencies;
    if (block.low) weights.low = layer_weights(*block.low, shared, theta);
    if (block.high) weights.high = layer_weights(*block.high, shared, theta);
    for (const LayerLayout& layer : block.layers) weights.layers.push_back(layer_weights(layer, shared, theta));
    if (block.rgb) weights.rgb = rgb_weights(*block.rgb, theta);
    out.push_back(std::move(weights));
  }
  return out;
}

}  // namespace inr::field
