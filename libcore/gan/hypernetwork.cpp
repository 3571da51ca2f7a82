// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/hypernetwork.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "base/crc32c.hpp"
#include "base/philox.hpp"

namespace inr::gan {
namespace {

constexpr uint32_t kWeightStream = 0x57454947;  // "WEIG": apart from the streams of latents, data order and flips

base::CounterRng weight_rng(uint64_t seed, const std::string& name) {
  const auto bytes = std::as_bytes(std::span<const char>(name.data(), name.size()));
  const uint64_t key = (uint64_t{base::crc32c(bytes)} << 32) | base::crc32c(bytes, 0x9E3779B9U);
  return base::CounterRng(seed, key, kWeightStream);
}

std::span<float> values(at::Tensor& tensor) { return {tensor.data_ptr<float>(), static_cast<size_t>(tensor.numel())}; }

std::string layer_name(int64_t i) { return "hypernet." + std::to_string(i); }

/// z of length sqrt(z_dim), then layers without residuals (released.md, section 1).
at::Tensor style_hidden(const model::ModelConfig& config, const field::TensorMap& weights, const at::Tensor& z) {
  at::Tensor h = z * at::rsqrt(at::mean(z * z, at::IntArrayRef{1}, true) + 1e-8);
  for (int64_t i = 0; i < config.depth; ++i) {
    const std::string name = layer_name(i);
    const at::Tensor y = at::addmm(weights.at(name + ".bias"), h, weights.at(name + ".weight").t());
    h = at::leaky_relu(y, 0.2) * std::numbers::sqrt2;
  }
  return h;
}

}  // namespace

field::TensorMap draw_tensors(std::span<const model::TensorSpec> specs, uint64_t seed, const std::string& prefix) {
  using Kind = model::Initial::Kind;
  field::TensorMap out;
  for (const model::TensorSpec& spec : specs) {
    const double value = spec.initial.value;
    at::Tensor tensor = at::full(spec.shape, value, at::kFloat);
    base::CounterRng rng = weight_rng(seed, prefix + spec.name);
    if (spec.initial.kind == Kind::kNormal) {
      for (float& v : values(tensor)) v = static_cast<float>(value * rng.next_normal());
    } else if (spec.initial.kind == Kind::kUniform) {
      for (float& v : values(tensor)) v = static_cast<float>(value * (2 * rng.next_uniform() - 1));
    }
    std::transform(spec.first.begin(), spec.first.end(), values(tensor).begin(),
                   [](double v) { return static_cast<float>(v); });
    out[spec.name] = std::move(tensor);
  }
  return out;
}

field::TensorMap initial_generator(const model::ModelConfig& config, uint64_t seed) {
  return draw_tensors(model::generator_tensors(config), seed);
}

at::Tensor hidden(const model::ModelConfig& config, const field::TensorMap& weights, const at::Tensor& z) {
  if (model::row_of(config.decoder).style) return style_hidden(config, weights, z);
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

}  // namespace inr::gan
