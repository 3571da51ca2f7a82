// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Netpbm's binary forms: P5 (grey) and P6 (RGB), one or, above a maximum of 255, two bytes per sample (most significant
// first). Manual pages pgm(5) and ppm(5). Bytes after the first picture are ignored, since such files may hold several.
#include <string>

#include "base/error.hpp"
#include "image/codecs.hpp"

namespace inr::image {
namespace {

/// The three numbers of the header: white space and comments ('#' to the end of the line) before each.
class HeaderReader {
 public:
  HeaderReader(std::span<const std::byte> bytes, std::string_view where) : bytes_(bytes), where_(where) {}

  uint64_t next_number(uint64_t max) {
    skip_space();
    if (peek() < '0' || peek() > '9') fail();
    uint64_t value = 0;
    for (; peek() >= '0' && peek() <= '9'; ++at_) {
      value = value * 10 + static_cast<uint64_t>(peek() - '0');
      if (value > max) fail();
    }
    return value;
  }
  /// The single white space that ends the header; returns where the samples begin.
  size_t end() {
    if (!is_space(peek())) fail();
    return ++at_;
  }

 private:
  [[noreturn]] void fail() const {
    throw base::DataError(base::Fault::kDamaged, where_, "damaged PPM: its header cannot be read");
  }
  static bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
  [[nodiscard]] char peek() const {
    if (at_ >= bytes_.size())
      throw base::DataError(base::Fault::kCutShort, where_, "the PPM is cut short in its header");
    return static_cast<char>(bytes_[at_]);
  }
  void skip_space() {
    if (!is_space(peek()) && peek() != '#') fail();
    while (is_space(peek()) || peek() == '#') {
      if (peek() == '#') {
        while (peek() != '\n') ++at_;
      }
      ++at_;
    }
  }
  std::span<const std::byte> bytes_;
  std::string_view where_;
  size_t at_ = 2;  // after "P5" or "P6"
};

}  // namespace

Stored decode_ppm(std::span<const std::byte> bytes, std::string_view where, const DecodeOptions& options) {
  constexpr uint64_t kMaxSide = 0x7fffffff;
  const bool is_grey = bytes[1] == std::byte{'5'};
  HeaderReader header(bytes, where);
  const uint64_t width = header.next_number(kMaxSide), height = header.next_number(kMaxSide);
  const auto maximum = static_cast<uint32_t>(header.next_number(65535));
  const std::span<const std::byte> samples = bytes.subspan(header.end());
  check_size(width, height, where, options);
  if (maximum == 0) throw base::DataError(base::Fault::kDamaged, where, "damaged PPM: a maximum of 0");
  const size_t n_samples = static_cast<size_t>(width * height) * (is_grey ? 1 : 3),
               sample_bytes = maximum > 255 ? 2 : 1;
  if (samples.size() / sample_bytes < n_samples) {
    throw base::DataError(base::Fault::kCutShort, where,
                          "the PPM is cut short: " + std::to_string(samples.size()) + " of " +
                              std::to_string(n_samples * sample_bytes) + " bytes of pixels");
  }
  Stored stored;
  stored.picture = make_image(static_cast<int64_t>(width), static_cast<int64_t>(height));
  uint8_t* out = stored.picture.rgb.data();
  for (size_t i = 0; i < n_samples; ++i) {
    const std::byte* source = &samples[i * sample_bytes];
    auto value = std::to_integer<uint32_t>(*source);
    if (sample_bytes == 2) value = value << 8 | std::to_integer<uint32_t>(source[1]);
    if (value > maximum)
      throw base::DataError(base::Fault::kDamaged, where,
                            "damaged PPM: a sample above the stated maximum of " + std::to_string(maximum));
    const auto level = static_cast<uint8_t>((value * 255 + maximum / 2) / maximum);
    for (int copies = is_grey ? 3 : 1; copies > 0; --copies) *out++ = level;
  }
  return stored;
}

}  // namespace inr::image
