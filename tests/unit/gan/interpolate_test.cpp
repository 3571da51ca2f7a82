// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Frames of films and the ways between key points.
#include "gan/interpolate.hpp"

#include "base/error.hpp"
#include "support/test.hpp"

namespace {

using namespace inr::gan;

BOOST_AUTO_TEST_CASE(frames_of_open_and_closed_films) {
  const auto open = film_frames(3, 4, false, Ease::kLinear);
  BOOST_REQUIRE_EQUAL(open.size(), 9U);
  BOOST_CHECK_EQUAL(open[5].from, 1);
  BOOST_CHECK_EQUAL(open[5].to, 2);
  BOOST_CHECK_CLOSE(open[5].t, 0.25, 1e-9);
  BOOST_CHECK_EQUAL(open[8].from, 2);
  BOOST_CHECK_EQUAL(open[8].t, 0);
  const auto loop = film_frames(3, 4, true, Ease::kLinear);
  BOOST_REQUIRE_EQUAL(loop.size(), 12U);
  BOOST_CHECK_EQUAL(loop[11].from, 2);
  BOOST_CHECK_EQUAL(loop[11].to, 0);
}

BOOST_AUTO_TEST_CASE(cosine_is_slow_at_the_ends) {
  const auto frames = film_frames(2, 4, false, Ease::kCosine);
  BOOST_CHECK_SMALL(frames[0].t, 1e-12);
  BOOST_CHECK_LT(frames[1].t, 0.25);
  BOOST_CHECK_CLOSE(frames[2].t, 0.5, 1e-9);
  BOOST_CHECK_GT(frames[3].t, 0.75);
}

BOOST_AUTO_TEST_CASE(the_great_circle_keeps_the_length) {
  const std::vector<float> a = {2, 0, 0};
  const std::vector<float> b = {0, 2, 0};
  const auto middle = between(a, b, 0.5, Path::kSpherical);
  BOOST_CHECK_CLOSE(middle[0], std::sqrt(2.0F), 1e-4);
  BOOST_CHECK_CLOSE(middle[1], std::sqrt(2.0F), 1e-4);
  const auto straight = between(a, b, 0.5, Path::kLinear);
  BOOST_CHECK_CLOSE(straight[0], 1.0F, 1e-6);
  BOOST_CHECK(between(a, b, 0, Path::kSpherical) == a);
}

BOOST_AUTO_TEST_CASE(directions_without_a_circle_go_straight) {
  const std::vector<float> a = {1, 0};
  BOOST_CHECK(between(a, std::vector<float>{0, 0}, 0.5, Path::kSpherical) == (std::vector<float>{0.5F, 0}));
  BOOST_CHECK(between(a, std::vector<float>{-1, 0}, 0.5, Path::kSpherical) == (std::vector<float>{0, 0}));
  BOOST_CHECK(between(a, a, 0.3, Path::kSpherical) == a);
}

BOOST_AUTO_TEST_CASE(unknown_paces_are_wrong_use) { BOOST_CHECK_THROW(parse_ease("quick"), inr::base::UsageError); }

}  // namespace
