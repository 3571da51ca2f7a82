// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Reading pictures, told apart by their bytes and never by a file name.
//   PNG   every colour type, 1 to 16 bits, tRNS, interlaced; 16 bits are rounded to 8; ancillary colour spaces are
//   ignored JPEG  baseline, progressive and arithmetic; grey, YCbCr, RGB, CMYK and YCCK (inverted where Adobe's marker
//   says so) WebP  lossy, lossless, alpha; no films PPM   P5 and P6, any maximum up to 65535
// EXIF orientation (JPEG, WebP, PNG's eXIf) is applied, so that width and height are those a viewer shows. Alpha is
// laid over options.background in 8 bit: round((a c + (255 - a) background) / 255). A picture that is cut short or
// damaged is an error, also where its format's library would make do with grey. Thread-safe: no state is kept between
// calls.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "image/image.hpp"

namespace inr::image {

enum class Format { kUnknown, kPng, kJpeg, kWebp, kPpm };

/// What the first bytes say. A file of a known format may still be damaged.
Format sniff(std::span<const std::byte> bytes) noexcept;

/// "PNG", "JPEG", "WebP", "PPM", "unknown".
std::string_view format_name(Format format) noexcept;

struct DecodeOptions {
  Rgb background = kWhite;           ///< what shows through transparent pixels
  uint64_t max_pixels = 1ULL << 28;  ///< width x height above it is refused before anything is allocated
};

/// The whole picture. where names its source in errors (a path, "zip: member"). Throws DataError (unknown or foreign
/// format, cut short, damaged, larger than max_pixels, larger than its bytes could hold).
Image decode(std::span<const std::byte> bytes, std::string_view where, const DecodeOptions& options = {});

}  // namespace inr::image
