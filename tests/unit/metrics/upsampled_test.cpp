// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Doubling by filters, rounding, and sets that enlarge or resize their pictures. (Numbers against torch: the goldens.)
#include "metrics/upsampled.hpp"

#include "image/resample.hpp"
#include "support.hpp"

namespace {

using namespace inr;
using namespace inr::metrics;
using test::says;

BOOST_AUTO_TEST_SUITE(upsampling)

BOOST_AUTO_TEST_CASE(names) {
  for (const Upsampling each : {Upsampling::kNearest, Upsampling::kBilinear, Upsampling::kBicubic, Upsampling::kInr}) {
    BOOST_TEST((parse_upsampling(upsampling_name(each)) == each));
  }
  BOOST_CHECK_EXCEPTION(parse_upsampling("lanczos"), base::UsageError, says("nearest, bilinear, bicubic or inr"));
  BOOST_CHECK_THROW(parse_upsampling("none"), base::UsageError);
}

BOOST_AUTO_TEST_CASE(channels_and_axes_keep_apart) {
  // A ramp along x in one channel, along y in the other: inside, bilinear doubling of a ramp is the ramp at quarters.
  const int64_t width = 4, height = 3;
  std::vector<float> pixels;
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      pixels.push_back(static_cast<float>(x));
      pixels.push_back(static_cast<float>(10 * y));
    }
  }
  const std::vector<float> twice = upsample_twice(pixels, width, height, 2, Upsampling::kBilinear);
  BOOST_REQUIRE_EQUAL(twice.size(), 4 * pixels.size());
  const auto at = [&](int64_t x, int64_t y, int64_t c) { return twice[static_cast<size_t>((y * 8 + x) * 2 + c)]; };
  BOOST_TEST(at(1, 1, 0) == 0.25F);
  BOOST_TEST(at(2, 1, 0) == 0.75F);
  BOOST_TEST(at(0, 1, 0) == 0.0F);  // beyond the edge is the edge
  BOOST_TEST(at(7, 1, 0) == 3.0F);
  BOOST_TEST(at(1, 1, 1) == 2.5F);
  BOOST_TEST(at(1, 5, 1) == 20.0F);
  BOOST_CHECK_THROW((void)upsample_twice(pixels, width, height, 3, Upsampling::kBilinear), std::invalid_argument);
  BOOST_CHECK_THROW((void)upsample_twice(pixels, width, height, 2, Upsampling::kInr), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(stored_pictures_are_rounded_once) {
  const image::Image picture = test::rectangles(3, 8, 6);
  const image::Image nearest = upsample_twice(picture, Upsampling::kNearest);
  BOOST_TEST(nearest.width == 16);
  BOOST_TEST(nearest.height == 12);
  for (size_t i = 0; i < nearest.rgb.size(); ++i) {
    const size_t c = i % 3, x = i / 3 % 16, y = i / 48;
    BOOST_TEST(nearest.rgb[i] == picture.rgb[(y / 2 * 8 + x / 2) * 3 + c]);  // levels come back as they were
  }
  image::Image step = image::make_image(2, 1, image::kBlack);
  std::fill(step.rgb.begin() + 3, step.rgb.end(), uint8_t{100});
  const image::Image bilinear = upsample_twice(step, Upsampling::kBilinear);
  const std::vector<int> row = {bilinear.rgb[0], bilinear.rgb[3], bilinear.rgb[6], bilinear.rgb[9]};
  BOOST_TEST(row == (std::vector<int>{0, 25, 75, 100}), boost::test_tools::per_element());
  // Bicubic overshoots at the edge of black and 100, and is clamped there: 0 stays 0.
  const image::Image bicubic = upsample_twice(step, Upsampling::kBicubic);
  BOOST_TEST(int{bicubic.rgb[0]} == 0);
  BOOST_TEST(int{bicubic.rgb[9]} > 100);
}

BOOST_AUTO_TEST_CASE(sets_enlarge_their_pictures) {
  auto set = upsample_set(std::make_unique<test::MemorySet>(test::many_rectangles(1, 2)), Upsampling::kBicubic);
  BOOST_TEST(set->count().value() == 2);
  PictureJob job;
  BOOST_REQUIRE(set->next(job));
  BOOST_TEST((job().rgb == upsample_twice(test::rectangles(1), Upsampling::kBicubic).rgb));
  BOOST_REQUIRE(set->next(job));
  BOOST_TEST(!set->next(job));
  BOOST_CHECK_EXCEPTION(upsample_set(std::make_unique<test::MemorySet>(test::many_rectangles(1, 2)), Upsampling::kInr),
                        base::DataError, says("cannot be drawn more densely"));
}

BOOST_AUTO_TEST_CASE(original_files_are_cropped_resized_and_told) {
  ResizedSet set(std::make_unique<test::MemorySet>(
                     std::vector{test::rectangles(1, 40, 30), test::rectangles(2, 9, 20), test::rectangles(3, 16, 16)}),
                 16);
  BOOST_TEST((set.size() == PictureSize{16, 16}));
  BOOST_TEST(set.origin().at("filter") == "lanczos");
  BOOST_TEST(set.sources().size.empty());
  PictureJob job;
  BOOST_REQUIRE(set.next(job));
  const image::Image want =
      image::resize(image::center_crop(test::rectangles(1, 40, 30)), 16, 16, image::Filter::kLanczos);
  BOOST_TEST((job().rgb == want.rgb));
  BOOST_TEST(set.sources().size == "40x30");
  BOOST_TEST(set.sources().smallest == 30);
  BOOST_TEST(set.sources().n_enlarged == 0);
  BOOST_REQUIRE(set.next(job));
  BOOST_TEST(job().width == 16);
  BOOST_REQUIRE(set.next(job));
  BOOST_TEST((job().rgb == test::rectangles(3, 16, 16).rgb));
  BOOST_TEST(set.sources().size == "mixed");
  BOOST_TEST(set.sources().smallest == 9);
  BOOST_TEST(set.sources().n_enlarged == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
