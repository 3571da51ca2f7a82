// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What a picture goes through before Inception sees it, and by what a covariance is divided: the part of an FID in
// which evaluation programs differ although they share the network. Every one is reproduced as it is (fid.md, section
// 1).
//
//   name             resize to 299 x 299                         values                     covariance
//   nvidia           TensorFlow 1's bilinear                     (x - 128) / 128            / N
//   torch-fidelity   TensorFlow 1's bilinear                     (x - 128) / 128            / (N - 1)
//   pytorch-fid      bilinear, half-pixel centres, of x / 255    2 x - 1                    / (N - 1)
//   clean            Pillow's bicubic in float32, antialiased,   (x - 128) / 128            / (N - 1)
//                    clipped to 0..255 and not rounded
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "image/image.hpp"

namespace inr::metrics {

enum class InceptionProtocol { kNvidia, kTorchFidelity, kPytorchFid, kClean };

inline constexpr int64_t kInceptionSide = 299;

/// "" is kNvidia. Throws UsageError, with the name that is nearest.
InceptionProtocol parse_inception_protocol(std::string_view name);
std::string_view protocol_name(InceptionProtocol protocol) noexcept;
/// The covariance is divided by N minus this.
int64_t protocol_ddof(InceptionProtocol protocol) noexcept;

/// A picture of any size as what enters the first convolution: [299, 299, 3], about -1 to 1.
std::vector<float> inception_input(const image::Image& picture, InceptionProtocol protocol);

}  // namespace inr::metrics
