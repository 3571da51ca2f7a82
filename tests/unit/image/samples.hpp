// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Pictures made with the formats' own libraries, in every kind that the readers claim to read. Used by unit and fault
// tests.
#pragma once
#include <cstddef>
#include <cstdio>
// jpeglib.h needs FILE and size_t before it.
#include <jpeglib.h>
#include <png.h>
#include <webp/encode.h>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "image/image.hpp"

namespace inr::test {

using Bytes = std::vector<std::byte>;

inline Bytes bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

/// Smooth colours with some texture, so that lossy formats keep them and every row differs.
inline image::Image sample_picture(int64_t width, int64_t height) {
  image::Image picture = image::make_image(width, height);
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      uint8_t* pixel = &picture.rgb[static_cast<size_t>((y * width + x) * 3)];
      pixel[0] = static_cast<uint8_t>(40 + 200 * x / width);
      pixel[1] = static_cast<uint8_t>(230 - 200 * y / height);
      pixel[2] = static_cast<uint8_t>(60 + 120 * (x + y) / (width + height) + (x % 2) * 8);
    }
  }
  return picture;
}

/// A PNG of any kind. samples: [height, width, channels], unpacked, each below 2^bits.
struct PngSpec {
  int width = 0, height = 0, bits = 8, colour_type = PNG_COLOR_TYPE_RGB, interlace = PNG_INTERLACE_NONE;
  std::vector<uint16_t> samples{};
  std::vector<png_color> palette{};
  std::vector<png_byte> palette_alpha{};
  const png_color_16* transparent = nullptr;  // tRNS of grey and RGB
  std::vector<png_byte> exif{};

  [[nodiscard]] int channels() const noexcept {
    const bool has_alpha = (colour_type & PNG_COLOR_MASK_ALPHA) != 0;
    return ((colour_type & PNG_COLOR_MASK_COLOR) != 0 && colour_type != PNG_COLOR_TYPE_PALETTE ? 3 : 1) +
           (has_alpha ? 1 : 0);
  }
};

inline Bytes make_png(const PngSpec& spec) {
  Bytes out;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &out,
      [](png_structp self, png_bytep data, size_t n) {
        auto* target = static_cast<Bytes*>(png_get_io_ptr(self));
        const auto* begin = reinterpret_cast<const std::byte*>(data);
        target->insert(target->end(), begin, begin + n);
      },
      [](png_structp) {});
  png_set_IHDR(png, info, static_cast<png_uint_32>(spec.width), static_cast<png_uint_32>(spec.height), spec.bits,
               spec.colour_type, spec.interlace, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!spec.palette.empty()) png_set_PLTE(png, info, spec.palette.data(), static_cast<int>(spec.palette.size()));
  if (!spec.palette_alpha.empty()) {
    png_set_tRNS(png, info, spec.palette_alpha.data(), static_cast<int>(spec.palette_alpha.size()), nullptr);
  }
  if (spec.transparent != nullptr) png_set_tRNS(png, info, nullptr, 0, spec.transparent);
  std::vector<png_byte> exif = spec.exif;
  if (!exif.empty()) png_set_eXIf_1(png, info, static_cast<png_uint_32>(exif.size()), exif.data());
  png_write_info(png, info);
  const size_t row_samples = static_cast<size_t>(spec.width * spec.channels()), bits = static_cast<size_t>(spec.bits);
  const size_t row_bytes = (row_samples * bits + 7) / 8;
  std::vector<png_byte> packed(row_bytes * static_cast<size_t>(spec.height));
  std::vector<png_bytep> rows;
  for (size_t y = 0; y < static_cast<size_t>(spec.height); ++y) {
    png_byte* row = &packed[y * row_bytes];
    rows.push_back(row);
    for (size_t i = 0; i < row_samples; ++i) {
      const uint32_t value = spec.samples[y * row_samples + i];
      if (bits == 16) {
        row[2 * i] = static_cast<png_byte>(value >> 8);
        row[2 * i + 1] = static_cast<png_byte>(value & 0xff);
      } else {  // the leftmost pixel sits in the high bits
        const size_t bit = i * bits;
        row[bit / 8] = static_cast<png_byte>(row[bit / 8] | value << (8 - bits - bit % 8));
      }
    }
  }
  png_write_image(png, rows.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return out;
}

/// A JPEG of samples [height, width, channels] in colour space in; prepare may change anything before compression
/// starts, mark may write markers after it did.
struct JpegSpec {
  int width = 0, height = 0, channels = 3;
  J_COLOR_SPACE in = JCS_RGB;
  std::vector<uint8_t> samples{};
  std::function<void(jpeg_compress_struct&)> prepare = [](jpeg_compress_struct&) {};
  std::function<void(jpeg_compress_struct&)> mark = [](jpeg_compress_struct&) {};
};

inline Bytes make_jpeg(const JpegSpec& spec) {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* memory = nullptr;
  unsigned long n_bytes = 0;  // NOLINT(google-runtime-int): libjpeg's own type
  jpeg_mem_dest(&jpeg, &memory, &n_bytes);
  jpeg.image_width = static_cast<JDIMENSION>(spec.width);
  jpeg.image_height = static_cast<JDIMENSION>(spec.height);
  jpeg.input_components = spec.channels;
  jpeg.in_color_space = spec.in;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 95, TRUE);
  spec.prepare(jpeg);
  jpeg_start_compress(&jpeg, TRUE);
  spec.mark(jpeg);
  std::vector<uint8_t> samples = spec.samples;
  const auto row_samples = static_cast<size_t>(spec.width * spec.channels);
  while (jpeg.next_scanline < jpeg.image_height) {
    JSAMPROW row = &samples[jpeg.next_scanline * row_samples];
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  const auto data = std::as_bytes(std::span(memory, n_bytes));
  Bytes out(data.begin(), data.end());
  std::free(memory);
  return out;
}

inline JpegSpec jpeg_of(const image::Image& picture) {
  return {.width = static_cast<int>(picture.width), .height = static_cast<int>(picture.height), .samples = picture.rgb};
}

/// rgba [height, width, 4]; quality below 0 is lossless.
inline Bytes make_webp(std::span<const uint8_t> rgba, int width, int height, float quality) {
  uint8_t* memory = nullptr;
  const size_t n_bytes = quality < 0 ? WebPEncodeLosslessRGBA(rgba.data(), width, height, width * 4, &memory)
                                     : WebPEncodeRGBA(rgba.data(), width, height, width * 4, quality, &memory);
  if (n_bytes == 0) throw std::runtime_error("libwebp did not encode");
  const auto data = std::as_bytes(std::span(memory, n_bytes));
  Bytes out(data.begin(), data.end());
  WebPFree(memory);
  return out;
}

/// A TIFF block with one field, the orientation, in either byte order, as EXIF carries it.
inline std::vector<uint8_t> tiff_orientation(uint8_t value, bool big_endian) {
  if (big_endian) return {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0, 0, 0, 0, 0};
  return {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, value, 0, 0, 0, 0, 0, 0, 0};
}

/// The same as the body of a JPEG's APP1 segment.
inline std::vector<uint8_t> exif_segment(uint8_t orientation, bool big_endian) {
  std::vector<uint8_t> segment{'E', 'x', 'i', 'f', 0, 0};
  const std::vector<uint8_t> tiff = tiff_orientation(orientation, big_endian);
  segment.insert(segment.end(), tiff.begin(), tiff.end());
  return segment;
}

}  // namespace inr::test
