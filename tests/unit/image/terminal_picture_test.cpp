// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Pictures as a terminal gets them: half blocks by hand, kitty's pieces put together to the PNG, sixels read by a small
// decoder.
#include "image/terminal_picture.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string>
#include <vector>

#include "image/decode.hpp"
#include "support/test.hpp"
#include "unit/image/samples.hpp"

namespace {

using inr::base::Graphics;
using inr::base::TerminalView;
using inr::base::TextColours;
using inr::image::Image;
using inr::image::shown_size;
using inr::image::ShownSize;
using inr::image::Sink;

TerminalView view_of(Graphics graphics, TextColours colours = TextColours::kTrue) {
  TerminalView view;
  view.graphics = graphics;
  view.colours = colours;
  return view;
}

/// What a terminal gets, a string for every call of the sink.
std::vector<std::string> shown(const TerminalView& view, const Image& picture) {
  std::vector<std::string> pieces;
  const Sink sink = [&](std::span<const std::byte> bytes) {
    pieces.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  const auto writer = inr::image::make_terminal_writer(view, sink, picture.width, picture.height);
  for (int64_t y = 0; y < picture.height; ++y) writer->write_rows(picture.row(y));
  writer->finish();
  return pieces;
}

std::string one(const std::vector<std::string>& pieces) {
  BOOST_TEST_REQUIRE(pieces.size() == 1U);
  return pieces.front();
}

/// What stands between begin and end, which must be there.
std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  BOOST_TEST_REQUIRE(text.starts_with(begin), text.substr(0, 40));
  BOOST_TEST_REQUIRE(text.ends_with(end));
  return text.substr(begin.size(), text.size() - begin.size() - end.size());
}

std::vector<std::byte> from_base64(const std::string& text) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<std::byte> out;
  unsigned bits = 0, n_bits = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6U | static_cast<unsigned>(digits.find(c));
    if ((n_bits += 6) < 8) continue;
    n_bits -= 8;
    out.push_back(static_cast<std::byte>(bits >> n_bits));
  }
  return out;
}

/// Reads the sixels between "ESC P" and "ESC \". Every pixel must be set, and once.
class SixelReader {
 public:
  explicit SixelReader(const std::string& text) : text_(text) {
    BOOST_TEST_REQUIRE(text.starts_with("0;1;0q\""));
    at_ = 7;
    const std::vector<int> raster = numbers();
    BOOST_TEST_REQUIRE(raster.size() == 4U);
    BOOST_TEST((raster[0] == 1 && raster[1] == 1));
    picture = inr::image::make_image(raster[2], raster[3]);
    n_set_.resize(picture.rgb.size() / 3);
    while (at_ < text_.size()) step(text_[at_++]);
    for (const int n : n_set_) BOOST_TEST_REQUIRE(n == 1);
  }
  Image picture;

 private:
  std::vector<int> numbers() {
    std::vector<int> out;
    do {
      int value = 0;
      const auto [stop, fault] = std::from_chars(&text_[at_], text_.data() + text_.size(), value);
      BOOST_TEST_REQUIRE((fault == std::errc()));
      at_ = static_cast<size_t>(stop - text_.data());
      out.push_back(value);
    } while (at_ < text_.size() && text_[at_] == ';' && ++at_ > 0);
    return out;
  }
  void step(char c) {
    if (c == '#') {
      const std::vector<int> values = numbers();
      colour_ = values[0];
      if (values.size() == 1) return;
      BOOST_TEST_REQUIRE((values.size() == 5U && values[1] == 2));
      for (size_t i = 0; i < 3; ++i) palette_[colour_][i] = static_cast<uint8_t>(values[i + 2] * 255 / 100);
    } else if (c == '!') {
      const int n = numbers().front();
      put(text_.at(at_++), n);
    } else if (c == '$') {
      x_ = 0;
    } else if (c == '-') {
      x_ = 0;
      y_ += 6;
    } else {
      put(c, 1);
    }
  }
  void put(char c, int n) {
    BOOST_TEST_REQUIRE((c >= '?' && c <= '~'));
    for (; n > 0; --n, ++x_) {
      for (int k = 0; k < 6; ++k) {
        if (((c - '?') >> k & 1) == 0) continue;
        BOOST_TEST_REQUIRE((x_ < picture.width && y_ + k < picture.height));
        const auto pixel = static_cast<size_t>((y_ + k) * picture.width + x_);
        ++n_set_[pixel];
        std::ranges::copy(palette_.at(colour_), &picture.rgb[pixel * 3]);
      }
    }
  }

  const std::string& text_;
  size_t at_ = 0;
  int colour_ = 0;
  int64_t x_ = 0, y_ = 0;
  std::map<int, std::array<uint8_t, 3>> palette_;
  std::vector<int> n_set_;
};

Image sixels(const TerminalView& view, const Image& picture, int n_lines) {
  const std::string lines = std::to_string(n_lines);
  const std::string text = one(shown(view, picture));
  return SixelReader(
             between(text,
                     "\r\033[K" + std::string(static_cast<size_t>(n_lines), '\n') + "\033[" + lines + "A\0337\033P",
                     "\033\\\0338\033[" + lines + "B"))
      .picture;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(terminal_picture)

BOOST_AUTO_TEST_CASE(half_blocks_by_hand) {
  // Red and green over blue and green, then a white and a black pixel with nothing below.
  const Image picture{2, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 255, 0, 255, 255, 255, 0, 0, 0}};
  const std::vector<std::string> lines = shown(view_of(Graphics::kBlocks), picture);
  BOOST_TEST_REQUIRE(lines.size() == 2U);
  BOOST_TEST(lines[0] == "\r\033[K\033[38;2;255;0;0;48;2;0;0;255m\u2580\033[38;2;0;255;0;48;2;0;255;0m\u2580\033[0m\n");
  BOOST_TEST(lines[1] == "\r\033[K\033[38;2;255;255;255m\u2580\033[38;2;0;0;0m\u2580\033[0m\n");
}

BOOST_AUTO_TEST_CASE(colours_are_told_when_they_change) {
  const Image picture{3, 2, {1, 2, 3, 1, 2, 3, 9, 9, 9, 4, 5, 6, 4, 5, 7, 4, 5, 7}};
  BOOST_TEST(one(shown(view_of(Graphics::kBlocks), picture)) ==
             "\r\033[K\033[38;2;1;2;3;48;2;4;5;6m\u2580\033[48;2;4;5;7m\u2580\033[38;2;9;9;9m\u2580\033[0m\n");
}

BOOST_AUTO_TEST_CASE(colours_of_xterm) {
  // 16 + 36 * 5, 16 + 36 * 1 + 6 * 2 + 3 for (95, 135, 175); 100, 100, 100 is nearer to the grey 98 than to the cube.
  const Image picture{2, 2, {250, 10, 0, 100, 130, 180, 100, 100, 100, 0, 0, 0}};
  BOOST_TEST(one(shown(view_of(Graphics::kBlocks, TextColours::kPalette), picture)) ==
             "\r\033[K\033[38;5;196;48;5;241m\u2580\033[38;5;67;48;5;16m\u2580\033[0m\n");
  // All greys: the nearest of cube and ramp is never further away than half a step of the ramp.
  for (int level = 0; level < 256; ++level) {
    const auto value = static_cast<uint8_t>(level);
    const std::string text =
        one(shown(view_of(Graphics::kBlocks, TextColours::kPalette), Image{1, 1, {value, value, value}}));
    const int code = std::stoi(between(text, "\r\033[K\033[38;5;", "m\u2580\033[0m\n"));
    constexpr std::array<int, 6> kLevels{0, 95, 135, 175, 215, 255};
    const int got = code >= 232 ? 8 + 10 * (code - 232) : kLevels[static_cast<size_t>(code - 16) / 36];
    BOOST_TEST(std::abs(got - level) <= (level > 238 ? 8 : 5));
  }
}

BOOST_AUTO_TEST_CASE(no_colours) {
  const Image picture{
      3, 3, {0, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255}};
  std::vector<std::string> lines = shown(view_of(Graphics::kBlocks, TextColours::kNone), picture);
  BOOST_TEST((lines == std::vector<std::string>{"\r\033[K @=\n", "\r\033[K:+.\n"}));
  TerminalView dumb = view_of(Graphics::kBlocks, TextColours::kNone);
  dumb.moves = false;
  lines = shown(dumb, picture);
  BOOST_TEST((lines == std::vector<std::string>{" @=\n", ":+.\n"}));
}

BOOST_AUTO_TEST_CASE(a_picture_fits_and_keeps_its_aspect) {
  const TerminalView blocks = view_of(Graphics::kBlocks);  // 80 x 24: 80 x 46 pixels
  BOOST_TEST((shown_size(blocks, 64, 46) == ShownSize{64, 46, 64, 23}));
  BOOST_TEST((shown_size(blocks, 20, 11) == ShownSize{20, 11, 20, 6}));  // not enlarged
  BOOST_TEST((shown_size(blocks, 64, 64) == ShownSize{46, 46, 46, 23}));
  BOOST_TEST((shown_size(blocks, 32768, 32768) == ShownSize{46, 46, 46, 23}));
  BOOST_TEST((shown_size(blocks, 1600, 400) == ShownSize{80, 20, 80, 10}));
  BOOST_TEST((shown_size(blocks, 100000, 10) == ShownSize{80, 1, 80, 1}));
  BOOST_TEST((shown_size(blocks, 10, 2147483647) == ShownSize{1, 46, 1, 23}));
  TerminalView tiny = blocks;
  tiny.columns = tiny.lines = 1;
  BOOST_TEST((shown_size(tiny, 300, 500) == ShownSize{1, 2, 1, 1}));

  TerminalView kitty = view_of(Graphics::kKitty);                          // 640 x 368 pixels in cells of 8 x 16
  BOOST_TEST((shown_size(kitty, 64, 64) == ShownSize{320, 320, 40, 20}));  // five times
  BOOST_TEST((shown_size(kitty, 16, 16) == ShownSize{128, 128, 16, 8}));   // eight times, a cell's width, and no more
  BOOST_TEST((shown_size(kitty, 300, 300) == ShownSize{300, 300, 38, 19}));
  BOOST_TEST((shown_size(kitty, 1024, 512) == ShownSize{640, 320, 80, 20}));
  kitty.columns = kitty.lines = 65535;
  const ShownSize huge = shown_size(kitty, 1 << 20, 1 << 20);
  BOOST_TEST((huge == ShownSize{4096, 4096, 512, 256}));
}

BOOST_AUTO_TEST_CASE(kitty_gets_the_png_in_pieces) {
  // Noise, so that the PNG is longer than a piece.
  Image picture = inr::image::make_image(320, 46);
  uint32_t state = 1;
  for (uint8_t& value : picture.rgb) value = static_cast<uint8_t>((state = state * 1664525U + 1013904223U) >> 24U);
  TerminalView view = view_of(Graphics::kKitty);
  for (const bool known : {true, false}) {
    view.cell_size_known = known;
    const std::string text = one(shown(view, picture));
    std::string rest = between(
        text, "\r\033[K\n\n\n\n\n\n\033[6A\0337\033_Ga=T,f=100,q=2,C=1," + std::string(known ? "" : "c=80,r=6,"),
        "\033\\\0338\033[6B");
    std::string base64;
    for (bool more = true; more;) {
      more = rest.starts_with("m=1;");
      BOOST_TEST_REQUIRE((more || rest.starts_with("m=0;")));
      const size_t end = std::min(rest.find("\033\\"), rest.size());
      BOOST_TEST((more ? end == 4 + 4096 : end <= 4 + 4096));
      base64 += rest.substr(4, end - 4);
      rest.erase(0, end);
      if (more) rest = between(rest, "\033\\\033_G", "");
    }
    BOOST_TEST(rest.empty());
    const Image got = inr::image::decode(from_base64(base64), "kitty");
    BOOST_TEST((got.width == 640 && got.height == 92));  // twice as large
    for (const size_t y : {0U, 7U, 91U}) {
      for (size_t x = 0; x < 640; ++x) {
        for (size_t c = 0; c < 3; ++c) {
          BOOST_TEST_REQUIRE(got.rgb[(y * 640 + x) * 3 + c] == picture.rgb[(y / 2 * 320 + x / 2) * 3 + c]);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(sixels_by_hand) {
  // One column, one pixel a cell: red, and below it black. Colour 180 is 5, 0, 0; '@' is the first row, 'A' the second.
  TerminalView view = view_of(Graphics::kSixel);
  view.cell_width_px = 1;
  const std::string text = one(shown(view, Image{1, 2, {255, 0, 0, 0, 0, 0}}));
  BOOST_TEST(text.starts_with("\r\033[K\n\033[1A\0337\033P0;1;0q\"1;1;1;2#0;2;0;0;0#1;2;0;0;20#2;2;0;0;40"));
  BOOST_TEST(text.ends_with("#214;2;100;100;80#215;2;100;100;100#0A$#180@\033\\\0338\033[1B"));
  // A run of five, and the empty rest of a colour's line left out.
  Image wide = inr::image::make_image(8, 1);
  for (size_t x = 5; x < 8; ++x) wide.rgb[x * 3] = 0;
  BOOST_TEST(one(shown(view, wide)).ends_with("#35!5?@@@$#215!5@\033\\\0338\033[1B"));
  // Two bands: six rows of red, then one of black and no red.
  Image tall = inr::image::make_image(1, 7, {255, 0, 0});
  std::ranges::fill(tall.row(6), uint8_t{0});
  BOOST_TEST(one(shown(view, tall)).ends_with("#215;2;100;100;100#180~-#0@\033\\\0338\033[1B"));
}

BOOST_AUTO_TEST_CASE(sixels_keep_colours_of_the_cube) {
  TerminalView view = view_of(Graphics::kSixel);
  view.cell_width_px = 1;
  Image picture = inr::image::make_image(36, 13);  // three bands, the last of one row
  for (size_t i = 0; i < picture.rgb.size(); ++i) picture.rgb[i] = static_cast<uint8_t>(51 * ((i * 7 + i / 50) % 6));
  BOOST_TEST((sixels(view, picture, 1).rgb == picture.rgb));
}

BOOST_AUTO_TEST_CASE(dithering_keeps_the_mean) {
  TerminalView view = view_of(Graphics::kSixel);
  view.cell_width_px = 1;
  for (int level = 0; level < 256; ++level) {
    const auto value = static_cast<uint8_t>(level);
    const Image flat = inr::image::make_image(8, 8, {value, static_cast<uint8_t>(255 - level), 128});
    const Image got = sixels(view, flat, 1);
    for (size_t c = 0; c < 3; ++c) {
      int sum = 0;
      for (size_t i = c; i < got.rgb.size(); i += 3) sum += got.rgb[i];
      BOOST_TEST(std::abs(sum / 64.0 - flat.rgb[c]) <= 0.5 * 51 / 64 + 1e-9);  // 64 shares of a step of 51
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
