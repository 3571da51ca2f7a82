// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Bilinear interpolation: positions written out by hand, edges, what stays. Against TensorFlow's and torch's: goldens.
#include "image/bilinear.hpp"

#include <stdexcept>
#include <vector>

#include "support/test.hpp"

namespace {

using inr::image::resize_bilinear;
using inr::image::SampleGrid;

void check(const std::vector<float>& got, const std::vector<float>& want) {
  BOOST_TEST((inr::test::worst_ratio<float, float>(got, want, 1e-6, 1e-6)) <= 1);
}

BOOST_AUTO_TEST_SUITE(bilinear)

// Two samples to four: at 0, 0.5, 1, 1.5 from the corner; at -0.25, 0.25, 0.75, 1.25 from the centres.
BOOST_AUTO_TEST_CASE(positions_of_both_grids) {
  const std::vector<float> two = {10, 20};
  check(resize_bilinear(two, 2, 1, 1, 4, 1, SampleGrid::kCorner), {10, 15, 20, 20});
  check(resize_bilinear(two, 2, 1, 1, 4, 1, SampleGrid::kCentre), {10, 12.5F, 17.5F, 20});
  check(resize_bilinear(two, 1, 2, 1, 1, 4, SampleGrid::kCorner), {10, 15, 20, 20});
  // Four to two takes every second sample, or the middle of two; nothing is averaged beyond that.
  const std::vector<float> four = {1, 2, 4, 8};
  check(resize_bilinear(four, 4, 1, 1, 2, 1, SampleGrid::kCorner), {1, 4});
  check(resize_bilinear(four, 4, 1, 1, 2, 1, SampleGrid::kCentre), {1.5F, 6});
}

BOOST_AUTO_TEST_CASE(both_axes_and_channels) {
  // [2, 2, 2]: the second channel is 100 more.
  const std::vector<float> pixels = {0, 100, 4, 104, 8, 108, 12, 112};
  check(resize_bilinear(pixels, 2, 2, 2, 3, 3, SampleGrid::kCentre),
        {0, 100, 2, 102, 4, 104, 4, 104, 6, 106, 8, 108, 8, 108, 10, 110, 12, 112});
}

BOOST_AUTO_TEST_CASE(a_size_that_stays_changes_no_bit) {
  std::vector<float> pixels;
  for (int i = 0; i < 299 * 3; ++i) pixels.push_back(static_cast<float>(i * i % 251) / 7);
  for (const SampleGrid grid : {SampleGrid::kCorner, SampleGrid::kCentre}) {
    BOOST_TEST((resize_bilinear(pixels, 299, 3, 1, 299, 3, grid) == pixels));
    const std::vector<float> one = {7};
    check(resize_bilinear(one, 1, 1, 1, 2, 3, grid), std::vector<float>(6, 7));
  }
}

BOOST_AUTO_TEST_CASE(sizes_that_do_not_fit) {
  const std::vector<float> pixels(6);
  BOOST_CHECK_THROW(resize_bilinear(pixels, 2, 2, 1, 3, 3, SampleGrid::kCorner), std::invalid_argument);
  BOOST_CHECK_THROW(resize_bilinear(pixels, 2, 3, 1, 0, 3, SampleGrid::kCorner), std::invalid_argument);
  BOOST_CHECK_THROW(resize_bilinear({}, 0, 3, 1, 3, 3, SampleGrid::kCorner), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
