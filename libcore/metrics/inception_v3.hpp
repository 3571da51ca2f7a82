// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The Inception v3 that FID is defined by (fid.md, section 2): 2048 numbers, the spatial mean of its last block. It is
// not torchvision's: average pools leave the padding out of their divisor, and Mixed_7c has a max pool in the place of
// one. Batch norm is folded into the weights. File: safetensors, float32, tensors named as in
// pt_inception-2015-12-05-6726825d.pth; examples/inception makes it from any of the published files.
#pragma once
#include <functional>
#include <map>
#include <string>

#include "base/safetensors.hpp"
#include "metrics/feature_network.hpp"
#include "metrics/inception_protocol.hpp"

namespace inr::metrics {

class InceptionV3 final : public FeatureNetwork {
 public:
  /// True where the file has tensors of an Inception, this one or another.
  static bool recognises(const base::Safetensors& file);
  /// Copies the weights, 95 MB. hash: SHA-256 of the file in hex. Throws DataError naming a tensor that is missing,
  /// misshapen, not float32, not finite, or not of this network; num_batches_tracked of the layers is ignored.
  InceptionV3(const base::Safetensors& file, std::string hash, InceptionProtocol protocol);
  [[nodiscard]] std::string name() const override { return "inception-v3-fid"; }
  [[nodiscard]] std::string protocol() const override { return std::string(protocol_name(protocol_)); }
  [[nodiscard]] std::string hash() const override { return hash_; }
  [[nodiscard]] std::string score_name() const override { return "FID"; }
  [[nodiscard]] std::string note() const override;
  [[nodiscard]] int64_t dims() const override;
  [[nodiscard]] int64_t ddof() const override { return protocol_ddof(protocol_); }
  [[nodiscard]] bool has_logits() const override { return true; }
  /// float32 [3, 299, 299]: resized and normalised by the protocol.
  [[nodiscard]] at::Tensor prepare(const image::Image& picture) const override;
  [[nodiscard]] at::Tensor forward(const at::Tensor& batch) const override;
  [[nodiscard]] at::Tensor logits(const at::Tensor& features) const override;
  /// The scores of the classifier as it was trained, with its bias: [N, 1008] of [N, 2048].
  [[nodiscard]] at::Tensor biased_logits(const at::Tensor& features) const;

  /// Spatial means on the way: after the first and the second max pool, after Mixed_6e, and the features.
  struct Taps {
    at::Tensor pool_1, pool_2, mixed_6e, features;  // [N, 64], [N, 192], [N, 768], [N, 2048]
  };
  [[nodiscard]] Taps forward_taps(const at::Tensor& batch) const;

  struct Conv {
    at::Tensor weight, bias;  // [out, in, h, w], [out]
    int64_t stride = 1;
    bool padded = false;
  };
  using Convolutions = std::map<std::string, Conv, std::less<>>;

 private:
  at::Tensor run(const at::Tensor& batch, Taps* taps) const;
  std::string hash_;
  InceptionProtocol protocol_;
  Convolutions layers_;
  at::Tensor fc_weight_, fc_bias_;  // [1008, 2048], [1008]
};

}  // namespace inr::metrics
