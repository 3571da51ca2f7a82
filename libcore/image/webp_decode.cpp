// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// WebP through libwebp. Its container (RIFF) is walked here for the EXIF chunk: specification at
// developers.google.com/speed/webp.
#include <webp/decode.h>

#include <cstring>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "image/codecs.hpp"
#include "image/exif.hpp"

namespace inr::image {
namespace {

uint32_t read_u32(std::span<const std::byte> bytes, size_t offset) noexcept {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value |= std::to_integer<uint32_t>(bytes[offset + i]) << (8 * i);
  return value;
}

/// riff: the file from "RIFF" to the end that its header states.
int stored_orientation(std::span<const std::byte> riff) noexcept {
  constexpr size_t kFirstChunk = 12, kChunkHeader = 8;
  for (size_t at = kFirstChunk; at + kChunkHeader <= riff.size();) {
    const size_t n_bytes = read_u32(riff, at + 4), begin = at + kChunkHeader;
    if (n_bytes > riff.size() - begin) return 1;
    if (std::memcmp(riff.data() + at, "EXIF", 4) == 0) return exif_orientation(riff.subspan(begin, n_bytes));
    at = begin + n_bytes + n_bytes % 2;
  }
  return 1;
}

}  // namespace

Stored decode_webp(std::span<const std::byte> bytes, std::string_view where, const DecodeOptions& options) {
  constexpr size_t kRiffHeader = 8;
  const uint64_t stated_bytes = uint64_t{read_u32(bytes, 4)} + kRiffHeader;
  if (stated_bytes > bytes.size()) {
    throw base::DataError(
        base::Fault::kCutShort, where,
        "the WebP is cut short: " + std::to_string(bytes.size()) + " of " + std::to_string(stated_bytes) + " bytes");
  }
  const std::span<const std::byte> riff = bytes.first(static_cast<size_t>(stated_bytes));
  const auto* data = reinterpret_cast<const uint8_t*>(riff.data());
  WebPBitstreamFeatures features{};
  const VP8StatusCode status = WebPGetFeatures(data, riff.size(), &features);
  if (status == VP8_STATUS_UNSUPPORTED_FEATURE)
    throw base::DataError(base::Fault::kUnsupported, where, "a WebP of a kind that is not read");
  if (status != VP8_STATUS_OK || features.width < 1 || features.height < 1)
    throw base::DataError(base::Fault::kDamaged, where, "damaged WebP: its header cannot be read");
  if (features.has_animation != 0)
    throw base::DataError(base::Fault::kUnsupported, where, "an animated WebP, not a still picture",
                          "extract a frame first (webpmux -get frame 1)");
  const auto width = static_cast<size_t>(features.width), height = static_cast<size_t>(features.height);
  check_size(width, height, where, options);
  Stored stored;
  stored.orientation = stored_orientation(riff);
  stored.picture = make_image(features.width, features.height);
  std::vector<uint8_t>& rgb = stored.picture.rgb;
  bool good = false;
  if (features.has_alpha != 0) {
    std::vector<uint8_t> rgba(width * height * 4);
    good = WebPDecodeRGBAInto(data, riff.size(), rgba.data(), rgba.size(), features.width * 4) != nullptr;
    lay_over(rgba, options.background, rgb);
  } else {
    good = WebPDecodeRGBInto(data, riff.size(), rgb.data(), rgb.size(), features.width * 3) != nullptr;
  }
  if (!good) throw base::DataError(base::Fault::kDamaged, where, "damaged WebP: its pixels cannot be read");
  return stored;
}

}  // namespace inr::image
