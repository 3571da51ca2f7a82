// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// MobileNetV2 1.0 at 224 (Sandler et al., CVPR 2018) as a feature network: 1280 numbers, the spatial mean of its last
// convolution. Batch norm is folded into the weights; padding is TensorFlow's SAME (stride 2 on an even side pads right
// and bottom only). A distance on these features is not the FID of the papers: "FD-MobileNetV2", compared only with
// itself. File: safetensors, OIHW, conv_first, block1.{depthwise,project}, block2..17.{expand,depthwise,project},
// conv_last, classifier (optional), each .weight and .bias.
#pragma once
#include <vector>

#include "base/safetensors.hpp"
#include "metrics/feature_network.hpp"

namespace inr::metrics {

class MobileNetV2 final : public FeatureNetwork {
 public:
  /// True where the file has the tensors this network is recognised by.
  static bool recognises(const base::Safetensors& file);
  /// Copies the weights. hash: SHA-256 of the file in hex. Throws DataError naming a tensor that is missing or
  /// misshapen.
  MobileNetV2(const base::Safetensors& file, std::string hash);
  [[nodiscard]] std::string name() const override { return "mobilenet-v2"; }
  [[nodiscard]] std::string protocol() const override { return kBicubic224; }
  [[nodiscard]] std::string hash() const override { return hash_; }
  [[nodiscard]] std::string score_name() const override { return "FD-MobileNetV2"; }
  [[nodiscard]] std::string note() const override;
  [[nodiscard]] int64_t dims() const override { return 1280; }
  [[nodiscard]] at::Tensor prepare(const image::Image& picture) const override;
  [[nodiscard]] at::Tensor forward(const at::Tensor& batch) const override;
  [[nodiscard]] bool has_logits() const override { return classifier_.weight.defined(); }
  /// [N, 1001] (0 = background) of [N, 1280]. Throws UsageError where the file had no classifier.
  [[nodiscard]] at::Tensor logits(const at::Tensor& features) const override;
  /// The same as the classifier was trained, with its bias.
  [[nodiscard]] at::Tensor biased_logits(const at::Tensor& features) const;

 private:
  struct Conv {
    at::Tensor weight, bias;
    int64_t stride = 1, groups = 1;
    [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const;
  };
  struct Block {
    Conv expand, depthwise, project;  // expand.weight undefined in block 1
    bool residual = false;
  };
  std::string hash_;
  Conv first_, last_, classifier_;
  std::vector<Block> blocks_;
};

}  // namespace inr::metrics
