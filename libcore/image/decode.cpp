// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// See decode.hpp.
#include "image/decode.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "base/error.hpp"
#include "image/codecs.hpp"
#include "image/exif.hpp"

namespace inr::image {
namespace {

bool has_at(std::span<const std::byte> bytes, size_t offset, std::string_view magic) noexcept {
  return bytes.size() >= offset + magic.size() && std::memcmp(bytes.data() + offset, magic.data(), magic.size()) == 0;
}

/// Pictures that people have and that are not read here: naming them spares a search.
std::string_view foreign_kind(std::span<const std::byte> bytes) noexcept {
  if (has_at(bytes, 0, "GIF8")) return "a GIF picture";
  if (has_at(bytes, 0, "BM")) return "a BMP picture";
  if (has_at(bytes, 0, std::string_view("II*\0", 4)) || has_at(bytes, 0, std::string_view("MM\0*", 4)))
    return "a TIFF picture";
  if (has_at(bytes, 4, "ftypavif") || has_at(bytes, 4, "ftypavis")) return "an AVIF picture";
  if (has_at(bytes, 4, "ftyphei") || has_at(bytes, 4, "ftypmif1")) return "a HEIF picture";
  if (has_at(bytes, 0, "P1") || has_at(bytes, 0, "P2") || has_at(bytes, 0, "P3") || has_at(bytes, 0, "P4")) {
    return "a PBM picture or one in text form";
  }
  return {};
}

}  // namespace

Format sniff(std::span<const std::byte> bytes) noexcept {
  if (has_at(bytes, 0, "\x89PNG\r\n\x1a\n")) return Format::kPng;
  if (has_at(bytes, 0, "\xff\xd8\xff")) return Format::kJpeg;
  if (has_at(bytes, 0, "RIFF") && has_at(bytes, 8, "WEBP")) return Format::kWebp;
  if (has_at(bytes, 0, "P5") || has_at(bytes, 0, "P6")) return Format::kPpm;
  return Format::kUnknown;
}

std::string_view format_name(Format format) noexcept {
  constexpr std::array<std::string_view, 5> kNames{"unknown", "PNG", "JPEG", "WebP", "PPM"};
  return kNames[static_cast<size_t>(format)];
}

Image decode(std::span<const std::byte> bytes, std::string_view where, const DecodeOptions& options) {
  Stored stored;
  switch (sniff(bytes)) {
    case Format::kPng:
      stored = decode_png(bytes, where, options);
      break;
    case Format::kJpeg:
      stored = decode_jpeg(bytes, where, options);
      break;
    case Format::kWebp:
      stored = decode_webp(bytes, where, options);
      break;
    case Format::kPpm:
      stored = decode_ppm(bytes, where, options);
      break;
    case Format::kUnknown: {
      constexpr std::string_view kReadable = "PNG, JPEG, WebP and binary PPM are read";
      if (bytes.empty()) throw base::DataError(base::Fault::kEmpty, where, "the file is empty", kReadable);
      const std::string_view kind = foreign_kind(bytes);
      if (kind.empty())
        throw base::DataError(base::Fault::kForeign, where, "not a picture of a known format", kReadable);
      throw base::DataError(base::Fault::kUnsupported, where, kind, kReadable);
    }
  }
  return turned_upright(std::move(stored.picture), stored.orientation);
}

void check_size(uint64_t width, uint64_t height, std::string_view where, const DecodeOptions& options) {
  const std::string size = std::to_string(width) + " x " + std::to_string(height) + " pixels";
  if (width == 0 || height == 0) throw base::DataError(base::Fault::kDamaged, where, "a picture of " + size);
  if (width > options.max_pixels / height) {
    throw base::DataError(
        base::Fault::kUnsupported, where,
        "a picture of " + size + " is above the limit of " + std::to_string(options.max_pixels) + " pixels",
        "scale it down first");
  }
}

void throw_too_short(uint64_t width, uint64_t height, size_t n_bytes, bool ends_whole, std::string_view where) {
  throw base::DataError(ends_whole ? base::Fault::kDamaged : base::Fault::kCutShort, where,
                        std::string(ends_whole ? "damaged" : "cut short") + ": " + std::to_string(n_bytes) +
                            " bytes cannot hold " + std::to_string(width) + " x " + std::to_string(height) + " pixels");
}

void lay_over(std::span<const uint8_t> rgba, Rgb background, std::span<uint8_t> rgb) noexcept {
  const std::array<int, 3> ground{background.r, background.g, background.b};
  for (size_t i = 0; i < rgb.size() / 3; ++i) {
    const int alpha = rgba[4 * i + 3];
    for (size_t c = 0; c < 3; ++c) {
      rgb[3 * i + c] = static_cast<uint8_t>((rgba[4 * i + c] * alpha + ground[c] * (255 - alpha) + 127) / 255);
    }
  }
}

}  // namespace inr::image
