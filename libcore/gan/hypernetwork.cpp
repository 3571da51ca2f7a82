// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/hypernetwork.hpp"

#include <cmath>

#include "base/crc32c.hpp"
#include "base/philox.hpp"

namespace inr::gan {
namespace {

constexpr double kResidualScale = 0.1;  // a_i at start
constexpr int64_t kMeanLatents = 10000;
constexpr int64_t kMeanChunk = 1000;
constexpr uint32_t kWeightStream = 0x57454947;  // "WEIG": apart from the streams of latents, data order and flips

base::CounterRng weight_rng(uint64_t seed, const std::string& name) {
  const auto bytes = std::as_bytes(std::span<const char>(name.data(), name.size()));
  const uint64_t key = (uint64_t{base::crc32c(bytes)} << 32) | base::crc32c(bytes, 0x9E3779B9U);
  return base::CounterRng(seed, key, kWeightStream);
}

std::span<float> values(at::Tensor& tensor) { return {tensor.data_ptr<float>(), static_cast<size_t>(tensor.numel())}; }

std::string layer_name(int64_t i) { return "hypernet." + std::to_string(i); }

/// LibTorch's default for linear layers: Kaiming-uniform with a = sqrt 5, that is U(-1/sqrt(in), 1/sqrt(in)), bias
/// alike.
void add_linear(field::TensorMap& out, uint64_t seed, const std::string& name, int64_t n_in, int64_t n_out,
                double bias_factor = 1) {
  const double bound = 1 / std::sqrt(static_cast<double>(n_in));
  out[name + ".weight"] = keyed_uniform(seed, name + ".weight", {n_out, n_in}, bound);
  out[name + ".bias"] = keyed_uniform(seed, name + ".bias", {n_out}, bound * bias_factor);
}

void add_shared(field::TensorMap& out, uint64_t seed, const model::LayerLayout& layer) {
  if (layer.kind == model::LayerKind::kFmm) {
    out[layer.name + ".shared"] = keyed_normal(seed, layer.name + ".shared", {layer.out, layer.in}, layer.weight_scale);
  } else if (layer.kind == model::LayerKind::kAdain) {
    out[layer.name + ".shared"] = keyed_normal(seed, layer.name + ".shared", {layer.out, layer.in}, 1);
    out[layer.name + ".shared_bias"] = keyed_normal(seed, layer.name + ".shared_bias", {layer.out}, 1);
  }
}

}  // namespace

at::Tensor keyed_normal(uint64_t seed, const std::string& name, at::IntArrayRef shape, double deviation) {
  at::Tensor out = at::empty(shape, at::kFloat);
  base::CounterRng rng = weight_rng(seed, name);
  for (float& v : values(out)) v = static_cast<float>(deviation * rng.next_normal());
  return out;
}

at::Tensor keyed_uniform(uint64_t seed, const std::string& name, at::IntArrayRef shape, double bound) {
  at::Tensor out = at::empty(shape, at::kFloat);
  base::CounterRng rng = weight_rng(seed, name);
  for (float& v : values(out)) v = static_cast<float>(bound * (2 * rng.next_uniform() - 1));
  return out;
}

field::TensorMap initial_generator(const model::ModelConfig& config, uint64_t seed) {
  const model::ThetaLayout layout = model::theta_layout(config);
  field::TensorMap out;
  for (int64_t i = 0; i < config.depth; ++i) {
    add_linear(out, seed, layer_name(i), i == 0 ? config.z_dim : config.hidden, config.hidden);
    if (i > 0) out[layer_name(i) + ".scale"] = at::full({}, kResidualScale, at::kFloat);
  }
  add_linear(out, seed, "hypernet.out", config.hidden, layout.n_theta,
             std::sqrt(1 / static_cast<double>(config.hidden)));
  for (const model::BlockLayout& block : layout.blocks) {
    if (block.low) add_shared(out, seed, *block.low);
    if (block.high) add_shared(out, seed, *block.high);
    for (const model::LayerLayout& layer : block.layers) add_shared(out, seed, layer);
  }
  return out;
}

at::Tensor hidden(const model::ModelConfig& config, const field::TensorMap& weights, const at::Tensor& z) {
  at::Tensor h = z;  // [N, z_dim], then [N, hidden]
  for (int64_t i = 0; i < config.depth; ++i) {
    const std::string name = layer_name(i);
    const at::Tensor y = at::relu(at::addmm(weights.at(name + ".bias"), h, weights.at(name + ".weight").t()));
    h = i == 0 ? y : h + weights.at(name + ".scale") * y;
  }
  return h;
}

at::Tensor theta(const field::TensorMap& weights, const at::Tensor& h) {
  return at::addmm(weights.at("hypernet.out.bias"), h, weights.at("hypernet.out.weight").t());
}

at::Tensor latents(uint64_t seed, uint64_t first, int64_t n, int64_t z_dim) {
  at::Tensor out = at::empty({n, z_dim}, at::kFloat);
  for (int64_t i = 0; i < n; ++i) {
    base::CounterRng rng(seed, first + static_cast<uint64_t>(i));
    rng.fill_normal({out.data_ptr<float>() + i * z_dim, static_cast<size_t>(z_dim)});
  }
  return out;
}

at::Tensor mean_hidden(const model::ModelConfig& config, const field::TensorMap& weights) {
  const at::NoGradGuard no_grad;
  at::Tensor sum = at::zeros({config.hidden}, at::kDouble);
  for (int64_t first = 0; first < kMeanLatents; first += kMeanChunk) {
    const at::Tensor z = latents(0, static_cast<uint64_t>(first), kMeanChunk, config.z_dim);
    sum += hidden(config, weights, z.to(weights.at("hypernet.0.weight").options())).to(at::kCPU, at::kDouble).sum(0);
  }
  return (sum / static_cast<double>(kMeanLatents)).to(at::kFloat);
}

}  // namespace inr::gan
