// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The Inception v3 of the goldens: weights by a formula (tests/golden/fid/README.md, section 1), the same bits
// anywhere.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/safetensors.hpp"
#include "metrics/inception_v3_layers.hpp"

namespace inr::test {

inline uint64_t fnv1a64(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return hash;
}

/// One step of splitmix64 from the state x.
inline uint64_t splitmix64(uint64_t x) {
  uint64_t z = x + 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

/// u in [-1, 1), 24 bits.
inline double pseudo_uniform(uint64_t key, uint64_t i) {
  return static_cast<double>(static_cast<int32_t>(splitmix64(key + i) >> 40) - 8388608) * 0x1p-23;
}

inline float conv_scale(int64_t fan_in) { return static_cast<float>(std::sqrt(8.5 / static_cast<double>(fan_in))); }

struct PseudoTensor {
  std::string name;
  std::vector<int64_t> shape;
  std::string kind;  // "conv", "bn_weight", ...
  std::vector<float> values;
};

inline PseudoTensor pseudo_tensor(const std::string& prefix, std::string name, std::vector<int64_t> shape,
                                  std::string kind) {
  PseudoTensor out{std::move(name), std::move(shape), std::move(kind), {}};
  size_t n = 1;
  for (const int64_t side : out.shape) n *= static_cast<size_t>(side);
  const int64_t fan_in = static_cast<int64_t>(n) / out.shape[0];
  const uint64_t key = fnv1a64(prefix + out.name);
  // offset + scale * u, or of |u|
  static const std::map<std::string, std::pair<double, double>> kForms = {
      {"fc_weight", {0, 0.125}},   {"fc_bias", {0, 0.125}}, {"bn_weight", {1, 0.125}},
      {"bn_bias", {-0.125, 0.25}}, {"bn_mean", {0, 0.125}}, {"bn_var", {1, 0.5}}};
  const bool is_conv = out.kind == "conv", is_variance = out.kind == "bn_var";
  const auto [offset, scale] = is_conv ? std::pair(0.0, static_cast<double>(conv_scale(fan_in))) : kForms.at(out.kind);
  out.values.resize(n);
  for (size_t i = 0; i < n; ++i) {
    const double u = pseudo_uniform(key, i);
    out.values[i] = static_cast<float>(offset + scale * (is_variance ? std::abs(u) : u));
  }
  return out;
}

/// All 472 in the order of the state dict.
inline std::vector<PseudoTensor> pseudo_inception(const std::string& prefix = "") {
  std::vector<PseudoTensor> out;
  for (const metrics::InceptionLayer& layer : metrics::inception_layers()) {
    out.push_back(pseudo_tensor(prefix, layer.name + ".conv.weight", layer.shape(), "conv"));
    for (const auto& [name, kind] : {std::pair("weight", "bn_weight"), std::pair("bias", "bn_bias"),
                                     std::pair("running_mean", "bn_mean"), std::pair("running_var", "bn_var")}) {
      out.push_back(pseudo_tensor(prefix, layer.name + ".bn." + name, {layer.out}, kind));
    }
  }
  out.push_back(
      pseudo_tensor(prefix, "fc.weight", {metrics::kInceptionClasses, metrics::kInceptionFeatures}, "fc_weight"));
  out.push_back(pseudo_tensor(prefix, "fc.bias", {metrics::kInceptionClasses}, "fc_bias"));
  return out;
}

/// As they lie in a network file; with the counters that the published state dict holds too.
inline std::vector<base::TensorView> inception_views(const std::vector<PseudoTensor>& tensors) {
  static const int64_t kNoBatches = 0;
  std::vector<base::TensorView> views;
  for (const PseudoTensor& tensor : tensors) {
    views.push_back({tensor.name, base::Dtype::kF32, tensor.shape, std::as_bytes(std::span(tensor.values))});
    if (tensor.kind != "bn_var") continue;
    const std::string stem = tensor.name.substr(0, tensor.name.rfind('.'));
    views.push_back({stem + ".num_batches_tracked", base::Dtype::kI64, {}, std::as_bytes(std::span(&kNoBatches, 1))});
  }
  return views;
}

}  // namespace inr::test
