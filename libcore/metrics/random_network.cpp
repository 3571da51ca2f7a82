// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Weights and forward pass of the random network.
#include "metrics/random_network.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <span>

#include "base/philox.hpp"
#include "base/sha256.hpp"

namespace inr::metrics {
namespace {

constexpr uint64_t kSeed = 20210421;  // part of the network's identity, as are the sizes below

struct StageShape {
  int64_t in, out, kernel;
  bool pooled;
};
constexpr std::array<StageShape, 5> kStages = {
    {{3, 16, 5, false}, {16, 32, 3, true}, {32, 64, 3, true}, {64, 96, 3, true}, {96, 64, 3, true}}};

// One filter of n_taps weights with squared norm 2, which keeps the size of what passes through a ReLU (He et al.
// 2015).
void draw_filter(base::CounterRng& rng, bool zero_mean, std::span<float> taps) {
  std::vector<double> values(taps.size());
  double mean = 0;
  for (double& value : values) mean += value = rng.next_normal();
  mean = zero_mean ? mean / static_cast<double>(values.size()) : 0;
  double square = 0;
  for (double& value : values) {
    value -= mean;
    square += value * value;
  }
  const double scale = std::sqrt(2 / square);
  for (size_t i = 0; i < taps.size(); ++i) taps[i] = static_cast<float>(values[i] * scale);
}

}  // namespace

RandomNetwork::RandomNetwork() {
  base::Sha256 hash;
  for (size_t s = 0; s < kStages.size(); ++s) {
    const auto [in, out, kernel, pooled] = kStages[s];
    base::CounterRng rng(kSeed, s);
    const auto n_taps = static_cast<size_t>(in * kernel * kernel);
    std::vector<float> weight(static_cast<size_t>(out) * n_taps), bias(static_cast<size_t>(out));
    for (size_t c = 0; c < bias.size(); ++c) {
      draw_filter(rng, c % 4 != 3, std::span(weight).subspan(c * n_taps, n_taps));
      bias[c] = static_cast<float>(0.2 * rng.next_uniform() - 0.1);
    }
    hash.update(std::as_bytes(std::span(weight)));
    hash.update(std::as_bytes(std::span(bias)));
    stages_.push_back({at::tensor(at::ArrayRef<float>(weight)).view({out, in, kernel, kernel}),
                       at::tensor(at::ArrayRef<float>(bias)), pooled});
  }
  hash_ = hash.hex();
}

std::string RandomNetwork::note() const {
  return "built-in random network: ranks models against the same real images, not comparable with published scores";
}

at::Tensor RandomNetwork::prepare(const image::Image& picture) const { return prepare_bicubic_224(picture); }

at::Tensor RandomNetwork::forward(const at::Tensor& batch) const {
  const at::InferenceMode no_gradients;
  at::Tensor x = normalise_symmetric(batch);  // [N, 3, 224, 224]
  std::vector<at::Tensor> features;
  for (const Stage& stage : stages_) {
    x = at::conv2d(x, stage.weight, stage.bias, 2, stage.weight.size(2) / 2).relu();
    if (stage.pooled) features.push_back(x.mean({2, 3}));
  }
  return at::cat(features, 1);  // [N, 256]
}

}  // namespace inr::metrics
