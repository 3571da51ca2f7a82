// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// See png_text.hpp. Chunk layout and CRC: PNG specification (third edition), sections 5 and 11.3.
#include "image/png_text.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace inr::image {
namespace {

/// CRC-32 of zip, gzip and PNG (reflected polynomial 0xEDB88320), by table.
constexpr std::array<uint32_t, 256> make_crc_table() noexcept {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320U : 0);
    table[i] = value;
  }
  return table;
}

uint32_t png_crc(std::span<const std::byte> bytes) noexcept {
  static constexpr std::array<uint32_t, 256> kTable = make_crc_table();
  uint32_t crc = 0xffffffff;
  for (const std::byte b : bytes) crc = kTable[(crc ^ std::to_integer<uint32_t>(b)) & 0xff] ^ (crc >> 8);
  return ~crc;
}

uint32_t read_u32(std::span<const std::byte> bytes) noexcept {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | std::to_integer<uint32_t>(bytes[i]);
  return value;
}

std::string_view as_text(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string latin1_to_utf8(std::string_view latin1) {
  std::string utf8;
  for (const char c : latin1) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x80) {
      utf8 += c;
    } else {
      utf8 += static_cast<char>(0xc0 | code >> 6);
      utf8 += static_cast<char>(0x80 | (code & 0x3f));
    }
  }
  return utf8;
}

/// Splits off what stands before the next zero byte; false where there is none.
bool take_string(std::string_view& rest, std::string_view& out) noexcept {
  const size_t end = rest.find('\0');
  if (end == std::string_view::npos) return false;
  out = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return true;
}

/// Takes the text of a chunk where it has any that is not compressed. A chunk that breaks its own grammar gives none.
void take_text(std::string_view name, std::string_view data, TextChunks& text) {
  std::string_view keyword, language, translated;
  if (!take_string(data, keyword) || keyword.empty() || keyword.size() > 79) return;
  if (name == "tEXt") {
    text.emplace_back(latin1_to_utf8(keyword), latin1_to_utf8(data));
  } else if (data.size() >= 2 && data[0] == '\0') {  // compression flag, compression method
    data.remove_prefix(2);
    if (take_string(data, language) && take_string(data, translated))
      text.emplace_back(latin1_to_utf8(keyword), std::string(data));
  }
}

/// Depths that a colour type may have (table 11.1); channels 0 for a type that does not exist.
int channels_of(int colour_type, int bits) noexcept {
  const bool is_8_or_16 = bits == 8 || bits == 16, is_small = bits == 1 || bits == 2 || bits == 4;
  switch (colour_type) {
    case 0:
      return is_small || is_8_or_16 ? 1 : 0;
    case 2:
      return is_8_or_16 ? 3 : 0;
    case 3:
      return is_small || bits == 8 ? 1 : 0;
    case 4:
      return is_8_or_16 ? 2 : 0;
    case 6:
      return is_8_or_16 ? 4 : 0;
    default:
      return 0;
  }
}

bool take_header(std::span<const std::byte> data, PngReport& report) {
  if (data.size() != 13) return false;
  report.width = read_u32(data);
  report.height = read_u32(data.subspan(4));
  report.bits = std::to_integer<int>(data[8]);
  report.channels = channels_of(std::to_integer<int>(data[9]), report.bits);
  constexpr uint32_t kMaxSide = 0x7fffffff;
  return report.channels > 0 && report.width > 0 && report.height > 0 && report.width <= kMaxSide &&
         report.height <= kMaxSide;
}

}  // namespace

PngReport inspect_png(std::span<const std::byte> bytes) {
  constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";
  constexpr size_t kLength = 4, kName = 4, kCrc = 4;
  PngReport report;
  const auto stop = [&report](Wholeness state, std::string fault) {
    report.state = state;
    report.fault = std::move(fault);
    return report;
  };
  const size_t n_signature = std::min(bytes.size(), kSignature.size());
  if (bytes.empty() || as_text(bytes.first(n_signature)) != kSignature.substr(0, n_signature)) {
    return stop(Wholeness::kDamaged, "not a PNG");
  }
  bool has_header = false, has_pixels = false;
  for (size_t at = kSignature.size(); at < bytes.size();) {
    const std::span<const std::byte> rest = bytes.subspan(at);
    if (rest.size() < kLength + kName)
      return stop(Wholeness::kCut, "cut short at " + std::to_string(bytes.size()) + " bytes");
    const size_t n_bytes = read_u32(rest);
    const std::string_view name = as_text(rest.subspan(kLength, kName));
    const bool is_name =
        std::ranges::all_of(name, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
    if (!is_name || n_bytes > 0x7fffffff) return stop(Wholeness::kDamaged, "no chunk at byte " + std::to_string(at));
    const std::string place = "chunk " + std::string(name) + " at byte " + std::to_string(at);
    if (n_bytes + kCrc > rest.size() - kLength - kName) return stop(Wholeness::kCut, "cut short in " + place);
    const std::span<const std::byte> data = rest.subspan(kLength + kName, n_bytes);
    if (png_crc(rest.subspan(kLength, kName + n_bytes)) != read_u32(rest.subspan(kLength + kName + n_bytes))) {
      return stop(Wholeness::kDamaged, place + ": wrong CRC");
    }
    if (has_header == (name == "IHDR")) return stop(Wholeness::kDamaged, place + ": out of place");
    if (name == "IHDR" && !take_header(data, report))
      return stop(Wholeness::kDamaged, place + ": impossible size or colour type");
    has_header = true;
    has_pixels = has_pixels || name == "IDAT";
    if (name == "IEND")
      return has_pixels ? stop(Wholeness::kWhole, {}) : stop(Wholeness::kDamaged, "no pixels before IEND");
    if (name == "tEXt" || name == "iTXt") take_text(name, as_text(data), report.text);
    at += kLength + kName + n_bytes + kCrc;
  }
  return stop(Wholeness::kCut, "cut short: no IEND");
}

}  // namespace inr::image
