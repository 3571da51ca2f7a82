// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Properties of resampling that hold for any size; equality with Pillow is tested against the goldens.
#include "image/resample.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>
#include <tuple>

#include "base/error.hpp"
#include "image/resample_taps.hpp"
#include "support/test.hpp"
#include "unit/image/samples.hpp"

namespace {

using namespace inr::image;

constexpr std::array<Filter, 4> kFilters{Filter::kBox, Filter::kBilinear, Filter::kBicubic, Filter::kLanczos};

Image mirrored(const Image& source) {
  Image out = source;
  for (int64_t y = 0; y < source.height; ++y) {
    for (int64_t x = 0; x < source.width; ++x) {
      std::copy_n(&source.rgb[static_cast<size_t>((y * source.width + source.width - 1 - x) * 3)], 3,
                  &out.rgb[static_cast<size_t>((y * source.width + x) * 3)]);
    }
  }
  return out;
}

/// The definition, one sample at a time, with wide integers.
Image plain_resize(const Image& source, int64_t width, int64_t height, Filter filter) {
  const auto pass = [filter](const Image& in, int64_t n_out, bool along_x) {
    const Taps<int32_t> taps = fixed_taps(make_taps(along_x ? in.width : in.height, n_out, filter));
    Image out = make_image(along_x ? n_out : in.width, along_x ? in.height : n_out);
    for (int64_t y = 0; y < out.height; ++y) {
      for (int64_t x = 0; x < out.width; ++x) {
        for (int64_t c = 0; c < 3; ++c) {
          const auto i = static_cast<size_t>(along_x ? x : y);
          int64_t sum = 1 << 21;
          for (size_t t = 0; t < taps.count[i]; ++t) {
            const auto j = static_cast<int64_t>(taps.first[i] + t);
            sum += int64_t{taps.of(i)[t]} *
                   in.rgb[static_cast<size_t>(((along_x ? y : j) * in.width + (along_x ? j : x)) * 3 + c)];
          }
          out.rgb[static_cast<size_t>((y * out.width + x) * 3 + c)] =
              static_cast<uint8_t>(std::clamp<int64_t>(sum >> 22, 0, 255));
        }
      }
    }
    return out;
  };
  const Image wide = width == source.width ? source : pass(source, width, true);
  return height == source.height ? wide : pass(wide, height, false);
}

}  // namespace

BOOST_AUTO_TEST_CASE(fast_resize_equals_the_definition) {
  for (const auto& [w, h] : {std::pair{1, 1}, std::pair{7, 5}, std::pair{8, 16}, std::pair{33, 9}, std::pair{50, 61}}) {
    const Image source = inr::test::sample_picture(w, h);
    for (const auto& [to_w, to_h] :
         {std::pair{1, 1}, std::pair{8, 8}, std::pair{13, 5}, std::pair{33, 40}, std::pair{7, 61}}) {
      for (const Filter filter : kFilters) {
        BOOST_TEST_CONTEXT(filter_name(filter) << " " << w << " x " << h << " to " << to_w << " x " << to_h)
        BOOST_CHECK(resize(source, to_w, to_h, filter).rgb == plain_resize(source, to_w, to_h, filter).rgb);
      }
    }
  }
}

// The claim in resample_taps.hpp: whatever the 8-bit samples, no partial sum leaves int32.
BOOST_AUTO_TEST_CASE(sums_fit_32_bits) {
  for (const Filter filter : kFilters) {
    for (int64_t n_in = 1; n_in <= 64; ++n_in) {
      for (int64_t n_out = 1; n_out <= 64; ++n_out) {
        const Taps<double> taps = make_taps(n_in, n_out, filter);
        const Taps<int32_t> fixed = fixed_taps(taps);
        for (size_t i = 0; i < taps.first.size(); ++i) {
          BOOST_REQUIRE_GE(taps.count[i], 1U);
          BOOST_REQUIRE_LE(taps.count[i], taps.stride);
          BOOST_REQUIRE_LE(taps.first[i] + taps.count[i], static_cast<size_t>(n_in));
          BOOST_REQUIRE_SMALL(std::accumulate(taps.of(i).begin(), taps.of(i).end(), -1.0), 1e-12);
          int64_t sum = 0;
          for (const int32_t weight : fixed.of(i)) sum += std::abs(int64_t{weight});
          BOOST_REQUIRE_LE(sum * 255 + (1 << 21), int64_t{0x7fffffff});
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(one_colour_stays) {
  const Image source = make_image(37, 23, {3, 128, 255});
  for (const Filter filter : kFilters) {
    BOOST_CHECK(resize(source, 64, 10, filter).rgb == make_image(64, 10, {3, 128, 255}).rgb);
  }
}

BOOST_AUTO_TEST_CASE(mirroring_and_resizing_commute) {
  const Image source = inr::test::sample_picture(40, 12);
  for (const Filter filter : {Filter::kBilinear, Filter::kBicubic, Filter::kLanczos}) {
    BOOST_CHECK(mirrored(resize(source, 15, 9, filter)).rgb == resize(mirrored(source), 15, 9, filter).rgb);
  }
}

BOOST_AUTO_TEST_CASE(halving_with_box_averages) {
  Image source = make_image(2, 2);
  source.rgb = {10, 0, 255, 20, 0, 255, 30, 0, 255, 41, 0, 254};
  BOOST_CHECK(
      (resize(source, 1, 1, Filter::kBox).rgb == std::vector<uint8_t>{26, 0, 255}));  // (15, 35.5 -> 36), (25.5 -> 26)
  BOOST_CHECK(resize(source, 2, 2, Filter::kLanczos).rgb == source.rgb);
}

BOOST_AUTO_TEST_CASE(center_crop_takes_the_middle) {
  for (const auto& [w, h] : {std::pair{7, 4}, std::pair{4, 7}, std::pair{5, 5}, std::pair{1, 9}}) {
    const Image source = inr::test::sample_picture(w, h), got = center_crop(source);
    const int64_t side = std::min(w, h), x0 = (w - side) / 2, y0 = (h - side) / 2;
    BOOST_REQUIRE_EQUAL(got.width, side);
    BOOST_REQUIRE_EQUAL(got.height, side);
    for (int64_t y = 0; y < side; ++y) {
      for (int64_t x = 0; x < 3 * side; ++x) {
        BOOST_CHECK_EQUAL(int{got.row(y)[static_cast<size_t>(x)]},
                          int{source.row(y0 + y)[static_cast<size_t>(3 * x0 + x)]});
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(bands_of_a_resize_are_its_rows) {
  const Image source = inr::test::sample_picture(13, 11);
  for (const Filter filter : kFilters) {
    for (const auto& [width, height] : {std::pair{13, 11}, {13, 30}, {29, 11}, {29, 30}, {5, 4}}) {
      const Image whole = resize(source, width, height, filter);
      const Resizer resizer(source, width, height, filter);
      for (const int64_t n : {1, 3, 4}) {
        std::vector<uint8_t> joined;
        for (int64_t y = 0; y < height; y += n) {
          const Image band = resizer.rows(y, std::min<int64_t>(n, height - y));
          joined.insert(joined.end(), band.rgb.begin(), band.rgb.end());
        }
        BOOST_CHECK(joined == whole.rgb);
      }
      BOOST_CHECK_THROW(std::ignore = resizer.rows(0, height + 1), std::invalid_argument);
      BOOST_CHECK_THROW(std::ignore = resizer.rows(-1, 1), std::invalid_argument);
      BOOST_CHECK_THROW(std::ignore = resizer.rows(height, 1), std::invalid_argument);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_box_enlarges_by_the_nearest_pixel) {
  const Image source = inr::test::sample_picture(5, 3);
  for (const auto& [width, height] : {std::pair{5, 3}, {20, 9}, {13, 4}, {1000, 1001}}) {
    const Image out = resize(source, width, height, Filter::kBox);
    for (int64_t y = 0; y < height; ++y) {
      for (int64_t x = 0; x < width; ++x) {
        const auto* want =
            &source.row((2 * y + 1) * 3 / (2 * height))[static_cast<size_t>((2 * x + 1) * 5 / (2 * width) * 3)];
        BOOST_REQUIRE(std::equal(want, want + 3, &out.row(y)[static_cast<size_t>(3 * x)]));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(float_resize_is_clipped_and_near_the_8_bit_one) {
  const Image source = inr::test::sample_picture(31, 17);
  const std::vector<float> values(source.rgb.begin(), source.rgb.end());
  for (const Filter filter : kFilters) {
    const std::vector<float> got = resize_float(values, 31, 17, 3, 20, 40, filter);
    const Image rounded = resize(source, 20, 40, filter);
    BOOST_REQUIRE_EQUAL(got.size(), rounded.rgb.size());
    for (size_t i = 0; i < got.size(); ++i) BOOST_CHECK_LE(std::abs(got[i] - static_cast<float>(rounded.rgb[i])), 1.6F);
  }
  std::vector<float> edge(32, 0.0F);
  std::fill(edge.begin() + 16, edge.end(), 255.0F);
  const std::vector<float> overshoot = resize_float(edge, 32, 1, 1, 64, 1, Filter::kLanczos);
  BOOST_CHECK(std::ranges::all_of(overshoot, [](float v) { return v >= 0.0F && v <= 255.0F; }));
  BOOST_CHECK(std::ranges::any_of(overshoot, [](float v) { return v != std::floor(v); }));
}

BOOST_AUTO_TEST_CASE(filters_by_name_and_wrong_sizes) {
  for (const Filter filter : kFilters) BOOST_CHECK(parse_filter(filter_name(filter)) == filter);
  BOOST_CHECK_EXCEPTION(parse_filter("lancoz"), inr::base::UsageError, [](const auto& error) {
    return std::string(error.what()).find("did you mean lanczos?") != std::string::npos;
  });
  BOOST_CHECK_THROW(resize({}, 4, 4, Filter::kBox), std::invalid_argument);
  BOOST_CHECK_THROW(resize(make_image(2, 2), 0, 4, Filter::kBox), std::invalid_argument);
  BOOST_CHECK_THROW(resize_float(std::vector<float>(11), 2, 2, 3, 1, 1, Filter::kBox), std::invalid_argument);
}
