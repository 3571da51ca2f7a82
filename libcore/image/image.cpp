// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// See image.hpp.
#include "image/image.hpp"

#include <array>
#include <string>

#include "base/error.hpp"

namespace inr::image {
namespace {

/// Value of a hexadecimal digit, -1 for anything else.
int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Image make_image(int64_t width, int64_t height, Rgb colour) {
  Image image{width, height,
              std::vector<uint8_t>(static_cast<size_t>(width) * static_cast<size_t>(height) * 3, colour.r)};
  if (colour.g != colour.r || colour.b != colour.r) {
    for (size_t i = 0; i < image.rgb.size(); i += 3) {
      image.rgb[i + 1] = colour.g;
      image.rgb[i + 2] = colour.b;
    }
  }
  return image;
}

Rgb parse_colour(std::string_view text) {
  if (text == "white") return kWhite;
  if (text == "black") return kBlack;
  if (text.size() == 7 && text[0] == '#') {
    std::array<uint8_t, 3> parts{};
    bool good = true;
    for (size_t i = 0; i < 3; ++i) {
      const int high = hex_digit(text[1 + 2 * i]), low = hex_digit(text[2 + 2 * i]);
      good = good && high >= 0 && low >= 0;
      parts[i] = static_cast<uint8_t>(high * 16 + low);
    }
    if (good) return {parts[0], parts[1], parts[2]};
  }
  throw base::UsageError("'" + base::printable(text) + "' is not a colour; use white, black or #rrggbb");
}

}  // namespace inr::image
