// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// One interface for the networks whose features are compared. A network owns everything between a decoded picture and
// its features: resize, normalisation, layers, and the divisor of its covariance, because scores agree only where all
// of these do. A further network (or a further convention of one) is one more class and one more line in
// open_network().
#pragma once
#include <torch/types.h>

#include <memory>
#include <string>

#include "image/image.hpp"

namespace inr::metrics {

/// Immutable after construction: prepare() and forward() may run in several threads at once.
class FeatureNetwork {
 public:
  FeatureNetwork() = default;
  FeatureNetwork(const FeatureNetwork&) = delete;
  FeatureNetwork& operator=(const FeatureNetwork&) = delete;
  virtual ~FeatureNetwork() = default;

  /// "random-conv-1", "mobilenet-v2".
  [[nodiscard]] virtual std::string name() const = 0;
  /// Resize and normalisation in one word, printed with every score: "pil-bicubic-224".
  [[nodiscard]] virtual std::string protocol() const = 0;
  /// SHA-256 in hex: of the network file, or of the values of a built-in network.
  [[nodiscard]] virtual std::string hash() const = 0;
  /// What a Frechet distance by this network is called: "FD-MobileNetV2" ("FID" belongs to Inception alone).
  [[nodiscard]] virtual std::string score_name() const = 0;
  /// What a score by this network may be compared with, a sentence for people.
  [[nodiscard]] virtual std::string note() const = 0;
  /// d, the number of features of one image.
  [[nodiscard]] virtual int64_t dims() const = 0;
  /// The covariance is divided by N - ddof().
  [[nodiscard]] virtual int64_t ddof() const { return 1; }

  /// One picture of any size in this network's own input form [3, H, W] (dtype is the network's choice, the same for
  /// all); grey becomes three equal channels.
  [[nodiscard]] virtual at::Tensor prepare(const image::Image& picture) const = 0;
  /// Features of a stack of prepared pictures [N, 3, H, W] -> [N, d] float32. No gradients are recorded.
  [[nodiscard]] virtual at::Tensor forward(const at::Tensor& batch) const = 0;

  /// Whether the network classifies too.
  [[nodiscard]] virtual bool has_logits() const { return false; }
  /// Class scores without the classifier's bias, [N, classes] of features [N, d]: what inception scores are made of (in
  /// the first of them the bias was left out, and all have followed). Throws UsageError where there are none.
  [[nodiscard]] virtual at::Tensor logits(const at::Tensor& features) const;
};

/// Opens a network file (safetensors, recognised by its tensor names), or the built-in random network where path is
/// empty. protocol: one of those the network has; "" is its own default, "nvidia" for Inception and "pil-bicubic-224",
/// their only one, for the others. Throws SystemError (cannot read), DataError (not a network known here; says which
/// are) or UsageError (a protocol that this network does not have).
std::unique_ptr<FeatureNetwork> open_network(const std::string& path, const std::string& protocol = "");

/// Throws UsageError unless name is that of a protocol of any network, or empty.
void check_protocol_name(const std::string& name);

/// The only protocol of MobileNetV2 and the random network.
inline constexpr const char* kBicubic224 = "pil-bicubic-224";
/// Their input form: Pillow's bicubic on uint8 to 224 x 224, uint8 [3, 224, 224].
at::Tensor prepare_bicubic_224(const image::Image& picture);
/// uint8 0..255 to float32 v / 127.5 - 1.
at::Tensor normalise_symmetric(const at::Tensor& batch_u8);

}  // namespace inr::metrics
