// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// See encode.hpp.
#include "image/encode.hpp"

namespace inr::image {
namespace {

std::vector<std::byte> encode(PictureFormat format, const Image& picture, const TextChunks& text, int quality) {
  std::vector<std::byte> bytes;
  const auto writer =
      make_row_writer(format, sink_into(bytes), picture.width, picture.height, text, {.jpeg_quality = quality});
  writer->write_rows(picture.rgb);
  writer->finish();
  return bytes;
}

}  // namespace

Sink sink_into(std::vector<std::byte>& bytes) {
  return [&bytes](std::span<const std::byte> data) { bytes.insert(bytes.end(), data.begin(), data.end()); };
}

std::vector<std::byte> encode_png(const Image& picture, const TextChunks& text) {
  return encode(PictureFormat::kPng, picture, text, 100);
}

std::vector<std::byte> encode_jpeg(const Image& picture, int quality) {
  return encode(PictureFormat::kJpeg, picture, {}, quality);
}

std::vector<std::byte> encode_ppm(const Image& picture) { return encode(PictureFormat::kPpm, picture, {}, 100); }

}  // namespace inr::image
