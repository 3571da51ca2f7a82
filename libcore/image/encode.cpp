// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// See encode.hpp.
#include "image/encode.hpp"

#include "image/jpeg_writer.hpp"
#include "image/png_writer.hpp"
#include "image/ppm_writer.hpp"

namespace inr::image {
namespace {

std::vector<std::byte> encode(RowWriterMaker make, const Image& picture, const TextChunks& text, int quality) {
  std::vector<std::byte> bytes;
  const auto writer = make(sink_into(bytes), picture.width, picture.height, text, {.jpeg_quality = quality});
  writer->write_rows(picture.rgb);
  writer->finish();
  return bytes;
}

}  // namespace

Sink sink_into(std::vector<std::byte>& bytes) {
  return [&bytes](std::span<const std::byte> data) { bytes.insert(bytes.end(), data.begin(), data.end()); };
}

std::vector<std::byte> encode_png(const Image& picture, const TextChunks& text) {
  return encode(make_png_writer, picture, text, 100);
}

std::vector<std::byte> encode_jpeg(const Image& picture, int quality) {
  return encode(make_jpeg_writer, picture, {}, quality);
}

std::vector<std::byte> encode_ppm(const Image& picture) { return encode(make_ppm_writer, picture, {}, 100); }

}  // namespace inr::image
