// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Opening a network, and the input form that both networks share.
#include "metrics/feature_network.hpp"

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/safetensors.hpp"
#include "base/sha256.hpp"
#include "image/resample.hpp"
#include "metrics/mobilenet_v2.hpp"
#include "metrics/random_network.hpp"

namespace inr::metrics {
namespace {

constexpr int64_t kSide = 224;

}  // namespace

std::unique_ptr<FeatureNetwork> open_network(const std::string& path) {
  if (path.empty()) return std::make_unique<RandomNetwork>();
  const base::Safetensors file = base::Safetensors::open(path);
  if (MobileNetV2::recognises(file)) {
    const base::MappedFile bytes(path);
    return std::make_unique<MobileNetV2>(file, base::sha256_hex(bytes.bytes()));
  }
  throw base::DataError(path, "not a feature network known here",
                        "give MobileNetV2 as safetensors (conv_first.weight [32, 3, 3, 3] ... conv_last.weight "
                        "[1280, 320, 1, 1]), or leave --network out for the built-in one");
}

at::Tensor prepare_bicubic_224(const image::Image& picture) {
  const bool resized = picture.width != kSide || picture.height != kSide;
  const image::Image scaled = resized ? image::resize(picture, kSide, kSide, image::Filter::kBicubic) : image::Image();
  const std::vector<uint8_t>& rgb = resized ? scaled.rgb : picture.rgb;
  return at::tensor(at::ArrayRef<uint8_t>(rgb), at::kByte).view({kSide, kSide, 3}).permute({2, 0, 1}).contiguous();
}

at::Tensor normalise_symmetric(const at::Tensor& batch_u8) { return batch_u8.to(at::kFloat) / 127.5 - 1; }

}  // namespace inr::metrics
