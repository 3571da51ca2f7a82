// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// See inception_protocol.hpp.
#include "metrics/inception_protocol.hpp"

#include <array>
#include <string>

#include "base/error.hpp"
#include "image/bilinear.hpp"
#include "image/resample.hpp"

namespace inr::metrics {
namespace {

constexpr std::array<std::string_view, 4> kNames{"nvidia", "torch-fidelity", "pytorch-fid", "clean"};  // in order

std::vector<float> resized(std::span<const float> pixels, const image::Image& picture, InceptionProtocol protocol) {
  constexpr int64_t kSide = kInceptionSide;
  if (protocol == InceptionProtocol::kClean) {
    return image::resize_float(pixels, picture.width, picture.height, 3, kSide, kSide, image::Filter::kBicubic);
  }
  const bool centred = protocol == InceptionProtocol::kPytorchFid;
  return image::resize_bilinear(pixels, picture.width, picture.height, 3, kSide, kSide,
                                centred ? image::SampleGrid::kCentre : image::SampleGrid::kCorner);
}

}  // namespace

InceptionProtocol parse_inception_protocol(std::string_view name) {
  if (name.empty()) return InceptionProtocol::kNvidia;
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (name == kNames[i]) return static_cast<InceptionProtocol>(i);
  }
  const std::array<std::string, 4> words{"nvidia", "torch-fidelity", "pytorch-fid", "clean"};
  const std::string nearest = base::nearest_word(name, words.data(), words.data() + words.size());
  throw base::UsageError("'" + base::printable(name) + "' is not a protocol of Inception" +
                         (nearest.empty() ? "" : " (did you mean " + nearest + "?)") +
                         "; use nvidia, pytorch-fid, clean or torch-fidelity");
}

std::string_view protocol_name(InceptionProtocol protocol) noexcept { return kNames[static_cast<size_t>(protocol)]; }

int64_t protocol_ddof(InceptionProtocol protocol) noexcept { return protocol == InceptionProtocol::kNvidia ? 0 : 1; }

std::vector<float> inception_input(const image::Image& picture, InceptionProtocol protocol) {
  const bool unit = protocol == InceptionProtocol::kPytorchFid;
  std::array<float, 256> level{};  // of every 8-bit value
  for (size_t v = 0; v < level.size(); ++v) level[v] = unit ? static_cast<float>(v) / 255 : static_cast<float>(v);
  std::vector<float> values(picture.rgb.size());
  for (size_t i = 0; i < values.size(); ++i) values[i] = level[picture.rgb[i]];
  values = resized(values, picture, protocol);
  if (unit) {
    for (float& value : values) value = 2 * value - 1;
  } else {
    for (float& value : values) value = (value - 128) / 128;
  }
  return values;
}

}  // namespace inr::metrics
