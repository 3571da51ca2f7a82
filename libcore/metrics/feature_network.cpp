// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Opening a network, and the input form that two of them share.
#include "metrics/feature_network.hpp"

#include <utility>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/safetensors.hpp"
#include "base/sha256.hpp"
#include "image/resample.hpp"
#include "metrics/inception_v3.hpp"
#include "metrics/mobilenet_v2.hpp"
#include "metrics/random_network.hpp"

namespace inr::metrics {
namespace {

constexpr int64_t kSide = 224;

// For the networks that see their pictures in one way only.
void refuse_protocol(const std::string& protocol, const std::string& network) {
  if (protocol.empty() || protocol == kBicubic224) return;
  throw base::UsageError("protocol " + protocol + " belongs to Inception; " + network + " has only " + kBicubic224 +
                         "; give Inception's file with --network, or no protocol");
}

}  // namespace

// Protocols are Inception's, but for the one of the other networks.
void check_protocol_name(const std::string& name) {
  if (name != kBicubic224) static_cast<void>(parse_inception_protocol(name));
}

at::Tensor FeatureNetwork::logits(const at::Tensor& /*features*/) const {
  throw base::UsageError(name() + " has no class scores; give a network with a classifier, such as Inception");
}

std::unique_ptr<FeatureNetwork> open_network(const std::string& path, const std::string& protocol) {
  check_protocol_name(protocol);
  if (path.empty()) {
    refuse_protocol(protocol, "the built-in random network");
    return std::make_unique<RandomNetwork>();
  }
  const base::Safetensors file = base::Safetensors::open(path);
  const bool mobilenet = MobileNetV2::recognises(file);
  if (!mobilenet && !InceptionV3::recognises(file)) {
    throw base::DataError(
        base::Fault::kForeign, base::printable(path), "not a feature network known here",
        "give the Inception v3 of FID (examples/inception) or MobileNetV2 (conv_first.weight "
        "[32, 3, 3, 3] ... conv_last.weight [1280, 320, 1, 1]) as safetensors, or leave --network out "
        "for the built-in one");
  }
  if (mobilenet) refuse_protocol(protocol, "MobileNetV2");
  const InceptionProtocol of_inception = mobilenet ? InceptionProtocol::kNvidia : parse_inception_protocol(protocol);
  std::string hash = base::sha256_hex(base::MappedFile(path).bytes());
  if (mobilenet) return std::make_unique<MobileNetV2>(file, std::move(hash));
  return std::make_unique<InceptionV3>(file, std::move(hash), of_inception);
}

at::Tensor prepare_bicubic_224(const image::Image& picture) {
  const bool resized = picture.width != kSide || picture.height != kSide;
  const image::Image scaled = resized ? image::resize(picture, kSide, kSide, image::Filter::kBicubic) : image::Image();
  const std::vector<uint8_t>& rgb = resized ? scaled.rgb : picture.rgb;
  return at::tensor(at::ArrayRef<uint8_t>(rgb), at::kByte).view({kSide, kSide, 3}).permute({2, 0, 1}).contiguous();
}

at::Tensor normalise_symmetric(const at::Tensor& batch_u8) { return batch_u8.to(at::kFloat) / 127.5 - 1; }

}  // namespace inr::metrics
