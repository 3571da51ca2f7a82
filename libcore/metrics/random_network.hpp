// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The built-in feature network: five convolutions with seeded random filters and no training. Random features tell
// textures, colours and shapes apart well enough to rank the checkpoints of one run (compare Naeem et al., "Reliable
// fidelity and diversity metrics for generative models", ICML 2020, on random embeddings); they match no published
// number.
//
//   stage   filters           output         features
//   0       5x5, stride 2     16 x 112^2     -
//   1       3x3, stride 2     32 x  56^2     32     each feature is the mean of one channel after its ReLU
//   2       3x3, stride 2     64 x  28^2     64
//   3       3x3, stride 2     96 x  14^2     96
//   4       3x3, stride 2     64 x   7^2     64     256 in all
//
// Three filters in four have zero mean over their taps (edges and textures), the fourth keeps its own (brightness,
// colour). Weights come from base/philox.hpp through + - * / sqrt alone: the same bits on every machine.
#pragma once
#include <vector>

#include "metrics/feature_network.hpp"

namespace inr::metrics {

class RandomNetwork final : public FeatureNetwork {
 public:
  RandomNetwork();
  [[nodiscard]] std::string name() const override { return "random-conv-1"; }
  [[nodiscard]] std::string protocol() const override { return kBicubic224; }
  [[nodiscard]] std::string hash() const override { return hash_; }
  [[nodiscard]] std::string score_name() const override { return "FD-random"; }
  [[nodiscard]] std::string note() const override;
  [[nodiscard]] int64_t dims() const override { return 256; }
  [[nodiscard]] at::Tensor prepare(const image::Image& picture) const override;
  [[nodiscard]] at::Tensor forward(const at::Tensor& batch) const override;

 private:
  struct Stage {
    at::Tensor weight, bias;  // [out, in, k, k], [out]
    bool pooled = true;       // its channels are features
  };
  std::vector<Stage> stages_;
  std::string hash_;
};

}  // namespace inr::metrics
