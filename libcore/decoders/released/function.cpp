// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "decoders/released/function.hpp"

#include <cmath>
#include <numbers>

#include "field/decoder_functions.hpp"

namespace inr::field::decoders {
namespace {

constexpr double kEpsilon = 1e-8;
constexpr double kEdge = 1e-6;  // in cells, as in model/grid.cpp

at::Tensor act(const at::Tensor& x) { return at::leaky_relu(x, 0.2) * std::numbers::sqrt2; }

at::Tensor affine(const at::Tensor& bias, const at::Tensor& x, const at::Tensor& weight) {
  return at::baddbmm(bias, x, weight);
}

/// W_s (1 + left right / sqrt(r)) with rows of length 1, transposed: [N, C, d].
at::Tensor modulated(const model::LayerLayout& layer, const at::Tensor& shared, const at::Tensor& theta) {
  const int64_t n = theta.size(0);
  const at::Tensor left = theta.narrow(1, layer.offset, layer.out * layer.rank).reshape({n, layer.out, layer.rank});
  const at::Tensor right =
      theta.narrow(1, layer.offset + layer.out * layer.rank, layer.rank * layer.in).reshape({n, layer.rank, layer.in});
  const at::Tensor weight = shared * (1 + at::bmm(left, right) / std::sqrt(static_cast<double>(layer.rank)));
  const at::Tensor length = at::sqrt(at::sum(weight * weight, at::IntArrayRef{2}, true));
  return (weight / (length + kEpsilon)).transpose(1, 2).contiguous();
}

/// Values of a map of P x P cells at the points q of a grid of R x R: bilinear with aligned corners, clamped. map:
/// [N, P P, C]; q: [n, 2] float64. Positions are float32 numbers, as in the released code.
at::Tensor interpolate(const at::Tensor& map, int64_t p, int64_t r, const at::Tensor& q) {
  const float ratio = static_cast<float>(p - 1) / static_cast<float>(r - 1);
  struct Axis {
    at::Tensor low, high, part;  // cells, and how far towards the second
  };
  const auto axis = [&](int64_t column) {
    const at::Tensor t =
        at::clamp((q.select(1, column) * static_cast<double>(r)).to(at::kFloat) * ratio, 0, static_cast<double>(p - 1));
    const at::Tensor low = t.to(at::kLong).clamp_max(std::max<int64_t>(p - 2, 0));
    const at::Tensor part = (t - low.to(at::kFloat)).to(map.scalar_type()).reshape({1, -1, 1});
    return Axis{low, (low + 1).clamp_max(p - 1), part};
  };
  const Axis x = axis(0);
  const Axis y = axis(1);
  const auto along_x = [&](const at::Tensor& row) {
    const at::Tensor left = map.index_select(1, row * p + x.low);
    return left + (map.index_select(1, row * p + x.high) - left) * x.part;
  };
  const at::Tensor top = along_x(y.low);
  return top + (along_x(y.high) - top) * y.part;
}

/// The same for `nearest`: the cell below each own-grid cell.
at::Tensor nearest(const at::Tensor& map, int64_t p, int64_t r, const at::Tensor& q) {
  if (p == r) return map;
  const at::Tensor cell = at::floor(q * static_cast<double>(p) + kEdge).to(at::kLong).clamp(0, p - 1);
  return map.index_select(1, cell.select(1, 1) * p + cell.select(1, 0));
}

/// Corners of all cells of a block's own grid, raster order: [R R, 2].
at::Tensor own_points(int64_t r, at::Device device) {
  const at::Tensor q = at::arange(r, at::TensorOptions(at::kDouble).device(device)) / static_cast<double>(r);
  return at::stack({q.unsqueeze(0).expand({r, r}), q.unsqueeze(1).expand({r, r})}, 2).reshape({r * r, 2});
}

/// Behind the first layer. coarse: `up` of the block below times W_x, [N, P, d]; undefined for block 0. e: [P, E].
at::Tensor first_layer(const ReleasedLayer& layer, const at::Tensor& coarse, const at::Tensor& e) {
  at::Tensor y = layer.bias;
  if (coarse.defined()) y = coarse + y;
  if (e.defined()) y = affine(y, e.unsqueeze(0).expand({layer.e.size(0), e.size(0), e.size(1)}), layer.e);
  return act(y);
}

/// Colours of the block, and what it hands to the next one, if there is one.
BlockOutput heads(const std::vector<ReleasedBlock>& blocks, size_t k, const at::Tensor& x) {
  BlockOutput out;
  out.rgb = affine(blocks[k].rgb.bias, x, blocks[k].rgb.x);
  if (k + 1 < blocks.size()) out.next = at::bmm(x, blocks[k + 1].layers.front().x);
  return out;
}

class Released final : public Function {
 public:
  Released(const model::ModelConfig& config, std::vector<ReleasedBlock> blocks)
      : blocks_(std::move(blocks)), bilinear_(config.upsampling == model::Upsampling::kBilinear) {
    const size_t last = blocks_.size() - 1;
    const size_t end = config.instance_norm ? blocks_.size() : bilinear_ ? last : 0;
    ReleasedMaps maps = evaluate_own_grids(config, blocks_, end);
    if (!bilinear_ || last == 0) return;
    first_ = last;
    next_ = std::move(maps.next);
    rgb_ = std::move(maps.rgb);
  }

  [[nodiscard]] size_t first_block() const override { return first_; }

  [[nodiscard]] BlockOutput evaluate(size_t k, const at::Tensor& q, const at::Tensor& coarse) const override {
    const ReleasedBlock& block = blocks_[k];
    const bool interpolated = next_.defined();
    const auto up = [&](const at::Tensor& map) {
      return interpolate(map, blocks_[k - 1].resolution, block.resolution, q);
    };
    at::Tensor x = first_layer(block.layers.front(), interpolated ? up(next_) : coarse, released_features(block, q));
    for (size_t l = 1; l < block.layers.size(); ++l) x = act(affine(block.layers[l].bias, x, block.layers[l].x));
    BlockOutput out = heads(blocks_, k, x);
    if (interpolated) out.rgb = up(rgb_) + out.rgb;
    return out;
  }

  [[nodiscard]] at::Tensor colours(const at::Tensor& rgb) const override { return rgb; }

 private:
  std::vector<ReleasedBlock> blocks_;
  bool bilinear_;
  size_t first_ = 0;
  at::Tensor next_, rgb_;  // bilinear: of the block before the last one, on its own grid
};

}  // namespace

std::vector<ReleasedBlock> make_released_blocks(const model::ModelConfig& config, const model::ThetaLayout& layout,
                                                const TensorMap& shared, const at::Tensor& theta) {
  std::vector<ReleasedBlock> blocks;
  for (size_t k = 0; k < layout.blocks.size(); ++k) {
    const model::BlockConfig& from = config.blocks[k];
    const std::string prefix = "inr." + std::to_string(k) + ".";
    ReleasedBlock block;
    block.resolution = from.resolution;
    block.cosine = from.cosine;
    if (from.fixed_frequencies + from.random_frequencies > 0) block.basis = shared.at(prefix + "basis");
    if (from.constants > 0) block.constants = shared.at(prefix + "constants").flatten(1);
    for (const model::LayerLayout& layer : layout.blocks[k].layers) {
      const at::Tensor weight = modulated(layer, shared.at(layer.name + ".shared"), theta);
      ReleasedLayer out;
      if (layer.x_columns > 0) out.x = weight.narrow(1, 0, layer.x_columns);
      if (layer.e_columns > 0) out.e = weight.narrow(1, layer.x_columns, layer.e_columns);
      out.bias = shared.at(layer.name + ".bias").reshape({1, 1, -1});
      block.layers.push_back(std::move(out));
    }
    const model::RgbLayout& rgb = *layout.blocks[k].rgb;
    const at::Tensor styles = theta.narrow(1, rgb.offset, rgb.in).unsqueeze(2) * rgb.weight_scale;  // [N, d, 1]
    block.rgb.x = shared.at(prefix + "rgb.shared").t() * styles;
    block.rgb.bias = shared.at(prefix + "rgb.bias").reshape({1, 1, 3});
    blocks.push_back(std::move(block));
  }
  return blocks;
}

at::Tensor released_features(const ReleasedBlock& block, const at::Tensor& q) {
  std::vector<at::Tensor> parts;
  const auto r = static_cast<double>(block.resolution);
  if (block.basis.defined()) {
    const at::Tensor u = (2 * q.select(1, 0) - 1).to(at::kFloat);
    const at::Tensor v = ((1 - 2 / r) - 2 * q.select(1, 1)).to(at::kFloat);
    const at::Tensor phase = at::mm(at::stack({u, v}, 1).to(block.basis.scalar_type()), block.basis.t());  // [P, rows]
    parts.push_back(at::sin(phase));
    if (block.cosine) parts.push_back(at::cos(phase));
  }
  if (block.constants.defined()) {
    const at::Tensor cell = at::floor(q * r + kEdge).to(at::kLong).clamp(0, block.resolution - 1);
    parts.push_back(
        block.constants.index_select(1, cell.select(1, 1) * block.resolution + cell.select(1, 0)).transpose(0, 1));
  }
  return parts.empty() ? at::Tensor() : at::cat(parts, 1);
}

ReleasedMaps evaluate_own_grids(const model::ModelConfig& config, std::vector<ReleasedBlock>& blocks, size_t end,
                                bool keep_features) {
  ReleasedMaps maps;
  for (size_t k = 0; k < end; ++k) {
    ReleasedBlock& block = blocks[k];
    const at::Tensor q = own_points(block.resolution, block.rgb.x.device());
    const auto up = [&](const at::Tensor& map) {
      const int64_t below = blocks[k - 1].resolution;
      return config.upsampling == model::Upsampling::kBilinear ? interpolate(map, below, block.resolution, q)
                                                               : nearest(map, below, block.resolution, q);
    };
    at::Tensor x =
        first_layer(block.layers.front(), k == 0 ? at::Tensor() : up(maps.next), released_features(block, q));
    if (keep_features) maps.features.push_back({x});
    for (size_t l = 1; l < block.layers.size(); ++l) {
      ReleasedLayer& layer = block.layers[l];
      if (config.instance_norm) {  // the mean stays
        const at::Tensor deviation = at::std(x, at::IntArrayRef{1}, /*unbiased=*/true, /*keepdim=*/false);  // [N, C]
        layer.x = layer.x / (deviation + kEpsilon).unsqueeze(2);
      }
      x = act(affine(layer.bias, x, layer.x));
      if (keep_features) maps.features.back().push_back(x);
    }
    BlockOutput out = heads(blocks, k, x);
    const at::Tensor image = k == 0 ? out.rgb : up(maps.rgb) + out.rgb;
    if (keep_features) maps.images.push_back(image);
    if (k + 1 == blocks.size()) break;  // the last block was evaluated for its deviations alone
    maps.next = std::move(out.next);
    maps.rgb = image;
  }
  return maps;
}

std::unique_ptr<const Function> make_released(const model::ModelConfig& config, const model::ThetaLayout& layout,
                                              const TensorMap& shared, const at::Tensor& theta) {
  return std::make_unique<Released>(config, make_released_blocks(config, layout, shared, theta));
}

}  // namespace inr::field::decoders
