// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Pictures as sixels (DEC STD 070, chapter 9): "ESC P 0;1;0 q", the aspect and size, the colours, then bands of six
// rows. In a band, "#n" takes a colour, each character from '?' on is a column of six pixels of it, '$' goes back to
// the left for the next colour, '-' to the next band; "!n" repeats the character that follows.
#include <algorithm>
#include <array>

#include "image/terminal_writers.hpp"

namespace inr::image {
namespace {

constexpr int kLevels = 6;  // a channel: 0, 51, ..., 255, which sixel's percents tell exactly
constexpr size_t kColours = kLevels * kLevels * kLevels;
constexpr size_t kBandRows = 6;

// Bayer's matrix, 8 x 8: the k-th brightest share of a patch, from 0 to 63.
constexpr std::array<std::array<uint8_t, 8>, 8> kBayer{{{0, 32, 8, 40, 2, 34, 10, 42},
                                                        {48, 16, 56, 24, 50, 18, 58, 26},
                                                        {12, 44, 4, 36, 14, 46, 6, 38},
                                                        {60, 28, 52, 20, 62, 30, 54, 22},
                                                        {3, 35, 11, 43, 1, 33, 9, 41},
                                                        {51, 19, 59, 27, 49, 17, 57, 25},
                                                        {15, 47, 7, 39, 13, 45, 5, 37},
                                                        {63, 31, 55, 23, 61, 29, 53, 21}}};

/// One of the two levels between which value lies (value itself where it is one), the upper one in the share of the
/// positions that keeps the mean.
size_t level(uint8_t value, uint8_t threshold) {
  const int scaled = value * (kLevels - 1), below = scaled / 255, rest = scaled % 255;
  return static_cast<size_t>(below) + (rest * 128 > (2 * threshold + 1) * 255 ? 1 : 0);
}

void append_run(std::string& out, char sixel, size_t n) {
  if (n > 3) {
    out += "!" + std::to_string(n) + sixel;
  } else {
    out.append(n, sixel);
  }
}

}  // namespace

SixelWriter::SixelWriter(Sink sink, const ShownSize& size)
    : GraphicsWriter(std::move(sink), size),
      text_("\033P0;1;0q\"1;1;" + std::to_string(size.width) + ";" + std::to_string(size.height)),
      bands_(kColours * static_cast<size_t>(size.width), 0),
      used_(kColours, false) {
  for (size_t colour = 0; colour < kColours; ++colour) {
    text_ += "#" + std::to_string(colour) + ";2";
    for (const size_t digit : {colour / 36, colour / 6 % 6, colour % 6}) text_ += ";" + std::to_string(20 * digit);
  }
}

void SixelWriter::put_band() {
  const auto n_columns = static_cast<size_t>(width());
  bool first = true;
  for (size_t colour = 0; colour < kColours; ++colour) {
    if (!used_[colour]) continue;
    used_[colour] = false;
    text_ += (first ? "#" : "$#") + std::to_string(colour);
    first = false;
    const std::span<uint8_t> band = std::span(bands_).subspan(colour * n_columns, n_columns);
    size_t n_run = 0;
    for (size_t x = 0; x < n_columns; ++x) {  // the empty run at the end is left out
      if (x > 0 && band[x] != band[x - 1]) {
        append_run(text_, static_cast<char>('?' + band[x - 1]), n_run);
        n_run = 0;
      }
      ++n_run;
    }
    if (band.back() != 0) append_run(text_, static_cast<char>('?' + band.back()), n_run);
    std::ranges::fill(band, uint8_t{0});
  }
}

void SixelWriter::write_rows(std::span<const uint8_t> rows) {
  const size_t n_rows = accept(rows.size()), n_columns = static_cast<size_t>(width());
  for (size_t i = 0; i < n_rows; ++i) {
    if (n_rows_ > 0 && n_rows_ % kBandRows == 0) {
      put_band();
      text_ += '-';
    }
    const auto& thresholds = kBayer[n_rows_ % 8];
    const auto bit = static_cast<uint8_t>(1U << (n_rows_++ % kBandRows));
    for (size_t x = 0; x < n_columns; ++x) {
      const uint8_t* rgb = &rows[(i * n_columns + x) * 3];
      const uint8_t threshold = thresholds[x % 8];
      const size_t colour = 36 * level(rgb[0], threshold) + 6 * level(rgb[1], threshold) + level(rgb[2], threshold);
      bands_[colour * n_columns + x] |= bit;
      used_[colour] = true;
    }
  }
}

void SixelWriter::finish() {
  accept_end();
  put_band();
  text_ += "\033\\";
  put(text_);
}

}  // namespace inr::image
