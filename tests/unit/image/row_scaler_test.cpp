// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Rows made smaller and larger: means of boxes by hand and by a direct sum over areas.
#include "image/row_scaler.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "support/test.hpp"
#include "unit/image/samples.hpp"

namespace {

using inr::image::Image;
using inr::image::RowScaler;

/// n_at_a_time rows a call.
std::vector<uint8_t> scaled(const Image& picture, int64_t width, int64_t height, int64_t n_at_a_time = 1) {
  RowScaler scaler(picture.width, picture.height, width, height);
  std::vector<uint8_t> out;
  for (int64_t y = 0; y < picture.height; y += n_at_a_time) {
    const auto begin = static_cast<size_t>(y * picture.width * 3);
    const auto n = static_cast<size_t>(std::min(n_at_a_time, picture.height - y) * picture.width * 3);
    scaler.write_rows(std::span(picture.rgb).subspan(begin, n),
                      [&](std::span<const uint8_t> row) { out.insert(out.end(), row.begin(), row.end()); });
  }
  return out;
}

/// The mean over the area of an output pixel, by definition.
double mean(const Image& picture, int64_t width, int64_t height, int64_t x, int64_t y, int64_t channel) {
  const double sx = static_cast<double>(picture.width) / static_cast<double>(width);
  const double sy = static_cast<double>(picture.height) / static_cast<double>(height);
  const auto overlap = [](double a, double b, double begin) {
    return std::max(0.0, std::min(b, begin + 1) - std::max(a, begin));
  };
  double sum = 0;
  for (int64_t v = 0; v < picture.height; ++v) {
    for (int64_t u = 0; u < picture.width; ++u) {
      const double part =
          overlap(static_cast<double>(x) * sx, static_cast<double>(x + 1) * sx, static_cast<double>(u)) *
          overlap(static_cast<double>(y) * sy, static_cast<double>(y + 1) * sy, static_cast<double>(v));
      sum += part * picture.rgb[static_cast<size_t>((v * picture.width + u) * 3 + channel)];
    }
  }
  return sum / (sx * sy);
}

}  // namespace

BOOST_AUTO_TEST_CASE(boxes_by_hand) {
  // Red: 0 10 20 30 over 40 50 60 70; green and blue constant. Halves: (0+10+40+50)/4, (20+30+60+70)/4.
  Image picture{4, 2, {}};
  for (const int red : {0, 10, 20, 30, 40, 50, 60, 70}) {
    for (const int value : {red, 9, 255}) picture.rgb.push_back(static_cast<uint8_t>(value));
  }
  BOOST_TEST((scaled(picture, 2, 1) == std::vector<uint8_t>{25, 9, 255, 45, 9, 255}));
  // Four columns become three: the middle one has two thirds of the 2nd and of the 3rd, and the 1st has a third of the
  // 2nd.
  BOOST_TEST((scaled(picture, 3, 2) ==
              std::vector<uint8_t>{3, 9, 255, 15, 9, 255, 28, 9, 255, 43, 9, 255, 55, 9, 255, 68, 9, 255}));
}

BOOST_AUTO_TEST_CASE(every_pixel_is_the_mean_of_its_area) {
  for (const auto& [w, h] : {std::pair{1, 1}, std::pair{13, 7}, std::pair{31, 40}, std::pair{64, 3}}) {
    const Image picture = inr::test::sample_picture(w, h);
    for (const auto& [to_w, to_h] : {std::pair{1, 1}, std::pair{5, 6}, std::pair{13, 7}, std::pair{40, 11}}) {
      const std::vector<uint8_t> got = scaled(picture, to_w, to_h);
      BOOST_TEST_REQUIRE(got.size() == static_cast<size_t>(to_w * to_h * 3));
      double worst = 0;
      for (size_t i = 0; i < got.size(); ++i) {
        const auto at = static_cast<int64_t>(i);
        worst = std::max(worst, std::abs(mean(picture, to_w, to_h, at / 3 % to_w, at / 3 / to_w, at % 3) - got[i]));
      }
      BOOST_TEST(worst <= 0.5 + 1e-9);
      BOOST_TEST((scaled(picture, to_w, to_h, 4) == got));
    }
  }
}

BOOST_AUTO_TEST_CASE(whole_factors_repeat_pixels) {
  const Image picture = inr::test::sample_picture(5, 4);
  const std::vector<uint8_t> got = scaled(picture, 15, 12);
  BOOST_TEST_REQUIRE(got.size() == 15U * 12U * 3U);
  for (size_t y = 0; y < 12; ++y) {
    for (size_t x = 0; x < 45; ++x) {
      BOOST_TEST_REQUIRE(got[y * 45 + x] == picture.rgb[y / 3 * 15 + x / 9 * 3 + x % 3]);
    }
  }
}

BOOST_AUTO_TEST_CASE(large_sides_are_exact) {
  // 100000 x 7 white pixels in one: a sum of 255 * 700000, which float would round.
  RowScaler scaler(100000, 7, 1, 1);
  const std::vector<uint8_t> row(300000, 255);
  std::vector<uint8_t> out;
  for (int y = 0; y < 7; ++y) {
    BOOST_TEST(out.empty());
    scaler.write_rows(row, [&](std::span<const uint8_t> pixel) { out.assign(pixel.begin(), pixel.end()); });
  }
  BOOST_TEST((out == std::vector<uint8_t>{255, 255, 255}));
}

BOOST_AUTO_TEST_CASE(wrong_use_of_a_scaler) {
  const auto ignore = [](std::span<const uint8_t>) {};
  BOOST_CHECK_THROW(RowScaler(0, 1, 1, 1), std::logic_error);
  BOOST_CHECK_THROW(RowScaler(1, 1, 1, int64_t{1} << 31), std::logic_error);
  RowScaler scaler(2, 2, 1, 1);
  BOOST_CHECK_THROW(scaler.write_rows(std::vector<uint8_t>(5), ignore), std::logic_error);
  BOOST_CHECK_THROW(scaler.write_rows(std::vector<uint8_t>(18), ignore), std::logic_error);
}
