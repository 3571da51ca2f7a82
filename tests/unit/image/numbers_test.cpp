// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Rounding to 8 and 16 bits, films, grids and labels.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "base/error.hpp"
#include "image/compose.hpp"
#include "image/quantize.hpp"
#include "image/y4m.hpp"
#include "support/test.hpp"

using namespace inr::image;

BOOST_AUTO_TEST_CASE(quantize_at_its_edges) {
  const float inf = std::numeric_limits<float>::infinity();
  const std::array<float, 9> values{-1.0F, 1.0F, 0.0F, -inf, inf, NAN, -0.0F, 0.003F, -1.01F};
  std::array<uint8_t, 9> out8{};
  quantize8(values, out8);
  BOOST_CHECK((out8 == std::array<uint8_t, 9>{0, 255, 128, 0, 255, 0, 128, 128, 0}));
  std::array<uint16_t, 9> out16{};
  quantize16(values, out16);
  BOOST_CHECK((out16 == std::array<uint16_t, 9>{0, 65535, 32768, 0, 65535, 0, 32768, 32866, 0}));
  BOOST_CHECK_THROW(quantize8(values, std::span(out8).first(3)), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(training_input_survives_quantisation) {
  for (int level = 0; level < 256; ++level) {
    const std::array<float, 1> value{static_cast<float>(level) / 127.5F - 1.0F};
    std::array<uint8_t, 1> out{};
    quantize8(value, out);
    BOOST_CHECK_EQUAL(int{out[0]}, level);
  }
}

// The exact BT.601 values, one level of rounding allowed.
BOOST_AUTO_TEST_CASE(film_colours) {
  for (int r = 0; r < 256; r += 15) {
    for (int g = 0; g < 256; g += 15) {
      for (int b = 0; b < 256; b += 15) {
        const auto [y, cb, cr] =
            bt601_limited(static_cast<uint8_t>(r), static_cast<uint8_t>(g), static_cast<uint8_t>(b));
        const double luma = 0.299 * r + 0.587 * g + 0.114 * b;
        BOOST_REQUIRE_SMALL(y - (16 + 219 * luma / 255), 0.51);
        BOOST_REQUIRE_SMALL(cb - (128 + 224 * (b - luma) / 1.772 / 255), 0.51);
        BOOST_REQUIRE_SMALL(cr - (128 + 224 * (r - luma) / 1.402 / 255), 0.51);
      }
    }
  }
  for (int v = 0; v < 256; ++v) {
    const auto grey = bt601_limited(static_cast<uint8_t>(v), static_cast<uint8_t>(v), static_cast<uint8_t>(v));
    BOOST_CHECK(grey[1] == 128 && grey[2] == 128);
  }
  BOOST_CHECK((bt601_limited(255, 255, 255) == std::array<uint8_t, 3>{235, 128, 128}));
  BOOST_CHECK((bt601_limited(0, 0, 0) == std::array<uint8_t, 3>{16, 128, 128}));
}

BOOST_AUTO_TEST_CASE(film_bytes) {
  std::string film;
  const Sink sink = [&film](std::span<const std::byte> data) {
    film.append(reinterpret_cast<const char*>(data.data()), data.size());
  };
  Y4mWriter writer(sink, 2, 1, 30000, 1001);
  const std::array<uint8_t, 6> frame{255, 255, 255, 0, 0, 0};
  writer.write_frame(frame);
  writer.write_frame(frame);
  BOOST_CHECK_EQUAL(writer.n_frames(), 2);
  const std::string one = "FRAME\n\xeb\x10\x80\x80\x80\x80";
  BOOST_CHECK_EQUAL(film, "YUV4MPEG2 W2 H1 F30000:1001 Ip A1:1 C444 XCOLORRANGE=LIMITED\n" + one + one);
  BOOST_CHECK_THROW(writer.write_frame(std::span(frame).first(3)), std::logic_error);
  BOOST_CHECK_THROW(Y4mWriter(sink, 0, 1, 25, 1), inr::base::UsageError);
  BOOST_CHECK_THROW(Y4mWriter(sink, 2, 1, 25, 0), inr::base::UsageError);
}

BOOST_AUTO_TEST_CASE(grid_sizes) {
  for (int64_t n = 1; n < 200; ++n) {
    const GridGeometry grid = grid_geometry(n, 0, 8, 4);
    BOOST_CHECK_EQUAL(grid.columns, static_cast<int64_t>(std::ceil(std::sqrt(static_cast<double>(n)))));
    BOOST_CHECK(grid.columns * grid.rows >= n && grid.columns * (grid.rows - 1) < n);
  }
  const GridGeometry grid = grid_geometry(16, 0, 512, 512);
  BOOST_CHECK(grid.width() == 2048 && grid.height() == 2048);
  BOOST_CHECK_EQUAL(grid_geometry(7, 3, 1, 1).rows, 3);
  BOOST_CHECK_EQUAL(grid_geometry(2, 5, 1, 1).columns, 5);
  BOOST_CHECK_EQUAL(grid_geometry((int64_t{1} << 40) + 1, 0, 1, 1).columns, (1 << 20) + 1);
  BOOST_CHECK_THROW(grid_geometry(0, 0, 1, 1), inr::base::UsageError);
  BOOST_CHECK_THROW(grid_geometry(4, -1, 1, 1), inr::base::UsageError);
  BOOST_CHECK_THROW(grid_geometry(100, 0, 1 << 30, 1), inr::base::UsageError);
  BOOST_CHECK_EQUAL(grid_geometry(1, 1 << 22, 1, 1).width(), 1 << 22);
  BOOST_CHECK_THROW(grid_geometry(1, (1 << 22) + 1, 1, 1), inr::base::UsageError);  // a row has to fit into memory
  BOOST_CHECK_THROW(grid_geometry(1 << 20, 1, 1, 1 << 20), inr::base::UsageError);
}

BOOST_AUTO_TEST_CASE(grid_bands_are_white_where_no_cell_is) {
  GridBand<uint8_t> band(grid_geometry(5, 3, 2, 4));
  band.reset(2);
  const std::vector<uint8_t> first(12, 7), last(12, 9);
  band.place(0, first);
  band.place(2, last);
  BOOST_REQUIRE_EQUAL(band.rows().size(), 2U * 6U * 3U);
  for (size_t i = 0; i < 36; ++i) {
    const size_t column = i / 6 % 3;
    BOOST_CHECK_EQUAL(int{band.rows()[i]}, column == 0 ? 7 : column == 1 ? 255 : 9);
  }
  band.reset(1);
  BOOST_CHECK(std::ranges::all_of(band.rows(), [](uint8_t v) { return v == 255; }));
  BOOST_CHECK_THROW(band.place(3, std::span(first).first(6)), std::logic_error);
  BOOST_CHECK_THROW(band.place(0, first), std::logic_error);
  GridBand<uint16_t> wide(grid_geometry(1, 1, 1, 1));
  wide.reset(1);
  BOOST_CHECK_EQUAL(wide.rows()[0], 65535);
}

BOOST_AUTO_TEST_CASE(labels) {
  Image picture = make_image(14, 9);
  draw_text(picture, 1, 1, "I-", kBlack);
  std::string ink;
  for (size_t p = 0; p < picture.rgb.size() / 3; ++p) ink += picture.rgb[3 * p] == 0 ? '#' : '.';
  BOOST_CHECK_EQUAL(ink,
                    ".............."
                    "..###........."
                    "...#.........."
                    "...#.........."
                    "...#...#####.."
                    "...#.........."
                    "...#.........."
                    "..###........."
                    "..............");
  const Image before = make_image(5, 7, {1, 2, 3});
  Image clipped = before;
  draw_text(clipped, -1000, 3, "unseen", kWhite);
  draw_text(clipped, 5, 0, "unseen", kWhite);
  BOOST_CHECK(clipped.rgb == before.rgb);
  draw_text(clipped, -3, -3, "@\n\xff", {9, 9, 9}, 4);
  BOOST_CHECK(clipped.rgb != before.rgb);
  BOOST_CHECK_EQUAL(text_size("abc", 2).width, 36);
  BOOST_CHECK_EQUAL(text_size("abc", 2).height, 14);
}

BOOST_AUTO_TEST_CASE(every_glyph_is_its_own) {
  std::vector<std::vector<uint8_t>> glyphs;
  for (char c = ' '; c <= '~'; ++c) {
    Image cell = make_image(6, 7);
    draw_text(cell, 0, 0, std::string_view(&c, 1), kBlack);
    BOOST_CHECK_MESSAGE((cell.rgb != make_image(6, 7).rgb) == (c != ' '), "glyph " << c);
    for (int64_t y = 0; y < 7; ++y) BOOST_CHECK_EQUAL(int{cell.row(y)[15]}, 255);  // the sixth column parts letters
    BOOST_CHECK_MESSAGE(std::ranges::find(glyphs, cell.rgb) == glyphs.end(), "glyph " << c << " twice");
    glyphs.push_back(cell.rgb);
  }
}
