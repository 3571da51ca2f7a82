// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Pictures as half blocks in colour, or as characters of growing density where there is no colour.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "image/terminal_writers.hpp"

namespace inr::image {
namespace {

constexpr std::string_view kUpperHalf = "\xE2\x96\x80";  // U+2580
constexpr std::string_view kDensities = " .:-=+*#%@";    // light on dark, as most terminals are

/// The nearest of xterm's colours 16 to 255: a cube of 6 levels a channel, and 24 greys. (0 to 15 are the user's own.)
uint32_t palette_colour(const uint8_t* rgb) {
  constexpr std::array<int, 6> kLevels{0, 95, 135, 175, 215, 255};
  const auto squared = [](int a) { return a * a; };
  int cube = 0, cube_error = 0;
  for (int c = 0; c < 3; ++c) {
    const auto nearest =
        std::ranges::min_element(kLevels, {}, [&](int level) { return std::abs(level - static_cast<int>(rgb[c])); });
    cube = cube * 6 + static_cast<int>(nearest - kLevels.begin());
    cube_error += squared(*nearest - rgb[c]);
  }
  const int grey = std::clamp(((rgb[0] + rgb[1] + rgb[2]) / 3 - 3) / 10, 0, 23), level = 8 + 10 * grey;
  const int grey_error = squared(level - rgb[0]) + squared(level - rgb[1]) + squared(level - rgb[2]);
  return static_cast<uint32_t>(grey_error < cube_error ? 232 + grey : 16 + cube);
}

uint32_t colour_code(base::TextColours colours, const uint8_t* rgb) {
  if (colours == base::TextColours::kPalette) return palette_colour(rgb);
  return uint32_t{rgb[0]} << 16U | uint32_t{rgb[1]} << 8U | uint32_t{rgb[2]};
}

/// what: 38, the colour of characters, or 48, that behind them.
std::string parameters(base::TextColours colours, int what, uint32_t code) {
  const std::string begin = std::to_string(what);
  if (colours == base::TextColours::kPalette) return begin + ";5;" + std::to_string(code);
  return begin + ";2;" + std::to_string(code >> 16U) + ";" + std::to_string(code >> 8U & 255U) + ";" +
         std::to_string(code & 255U);
}

int luma(const uint8_t* rgb) { return (299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2]) / 1000; }

}  // namespace

void BlocksWriter::put_line(std::span<const uint8_t> upper, std::span<const uint8_t> lower) {
  const base::TextColours colours = view_.colours;
  std::string line(view_.moves ? kLineStart : "");
  constexpr uint32_t kNone = ~uint32_t{0};
  uint32_t front = kNone, behind = kNone;
  for (size_t at = 0; at < upper.size(); at += 3) {
    if (colours == base::TextColours::kNone) {
      const int level = lower.empty() ? luma(&upper[at]) : (luma(&upper[at]) + luma(&lower[at])) / 2;
      line += kDensities[static_cast<size_t>(level) * kDensities.size() / 256];
      continue;
    }
    std::string change;
    if (const uint32_t code = colour_code(colours, &upper[at]); code != front) {
      change = parameters(colours, 38, code);
      front = code;
    }
    if (const uint32_t code = lower.empty() ? kNone : colour_code(colours, &lower[at]); code != behind) {
      change += (change.empty() ? "" : ";") + parameters(colours, 48, code);
      behind = code;
    }
    if (!change.empty()) line += "\033[" + change + "m";
    line += kUpperHalf;
  }
  line += colours == base::TextColours::kNone ? "\n" : "\033[0m\n";
  send(sink_, line);
}

void BlocksWriter::write_rows(std::span<const uint8_t> rows) {
  const size_t n_rows = accept(rows.size()), row_samples = static_cast<size_t>(width()) * 3;
  for (size_t i = 0; i < n_rows; ++i) {
    const std::span<const uint8_t> row = rows.subspan(i * row_samples, row_samples);
    if (upper_.empty()) {
      upper_.assign(row.begin(), row.end());
    } else {
      put_line(upper_, row);
      upper_.clear();
    }
  }
}

void BlocksWriter::finish() {
  accept_end();
  if (!upper_.empty()) put_line(upper_, {});
}

}  // namespace inr::image
