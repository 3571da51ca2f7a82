// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Frames of films, the points between two key points, and what a frame says of itself.
#include "sample/interpolate.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.hpp"
#include "support/test.hpp"

namespace {

using namespace inr::sample;
using inr::base::Json;
using Vector = std::vector<float>;

double length(const Vector& v) {
  double sum = 0;
  for (const float x : v) sum += double{x} * double{x};
  return std::sqrt(sum);
}

BOOST_AUTO_TEST_CASE(frames_of_open_and_closed_films) {
  const Film open(3, 4, false, Ease::kLinear);
  BOOST_REQUIRE_EQUAL(open.size(), 9);
  BOOST_CHECK_EQUAL(open.frame(5).from, 1);
  BOOST_CHECK_EQUAL(open.frame(5).to, 2);
  BOOST_CHECK_EQUAL(open.frame(5).step, 1);
  BOOST_CHECK_CLOSE(open.frame(5).t, 0.25, 1e-9);
  BOOST_CHECK_EQUAL(open.frame(8).from, 2);
  BOOST_CHECK_EQUAL(open.frame(8).to, 2);
  BOOST_CHECK_EQUAL(open.frame(8).t, 0);
  const Film loop(3, 4, true, Ease::kLinear);
  BOOST_REQUIRE_EQUAL(loop.size(), 12);
  BOOST_CHECK_EQUAL(loop.frame(11).from, 2);
  BOOST_CHECK_EQUAL(loop.frame(11).to, 0);
  BOOST_CHECK_EQUAL(Film(100000, 1000000, true, Ease::kLinear).frame(99999999999).from, 99999);
}

BOOST_AUTO_TEST_CASE(a_film_takes_two_key_points) {
  BOOST_CHECK_THROW(Film(1, 4, false, Ease::kLinear), inr::base::UsageError);
  BOOST_CHECK_EQUAL(Film(2, 1, false, Ease::kLinear).size(), 2);
}

BOOST_AUTO_TEST_CASE(only_key_points_have_step_and_t_zero) {
  for (const Ease ease : {Ease::kLinear, Ease::kCosine}) {
    const Film film(3, 5, false, ease);
    for (int64_t i = 0; i < film.size(); ++i) {
      BOOST_CHECK_EQUAL(film.frame(i).step == 0, i % 5 == 0);
      BOOST_CHECK_EQUAL(film.frame(i).t == 0, i % 5 == 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(cosine_is_slow_at_the_ends) {
  const Film film(2, 4, false, Ease::kCosine);
  BOOST_CHECK_LT(film.frame(1).t, 0.25);
  BOOST_CHECK_CLOSE(film.frame(2).t, 0.5, 1e-9);
  BOOST_CHECK_GT(film.frame(3).t, 0.75);
}

BOOST_AUTO_TEST_CASE(the_great_circle_keeps_the_length) {
  const Vector a = {2, 0, 0};
  const Vector b = {0, 4, 0};
  const Vector middle = between(a, b, 0.5, Path::kSpherical);
  BOOST_CHECK_CLOSE(middle[0], 3 * std::sqrt(0.5F), 1e-4);  // the lengths go linearly
  BOOST_CHECK_CLOSE(middle[1], 3 * std::sqrt(0.5F), 1e-4);
  const Vector third = between(a, b, 1.0 / 3, Path::kSpherical);
  BOOST_CHECK_CLOSE(std::atan2(third[1], third[0]), std::numbers::pi_v<float> / 6, 1e-4);
  BOOST_CHECK(between(a, b, 0.5, Path::kLinear) == (Vector{1, 2, 0}));
}

BOOST_AUTO_TEST_CASE(key_points_are_met_to_the_bit) {
  const float infinity = std::numeric_limits<float>::infinity();
  const Vector a = {-0.0F, 1e-42F, 0.1F, infinity};
  const Vector b = {1, 2, 3, 4};
  for (const Path path : {Path::kLinear, Path::kSpherical}) {
    const Vector begin = between(a, b, 0, path);
    BOOST_CHECK(begin == a);
    BOOST_CHECK(std::signbit(begin[0]));
    BOOST_CHECK(between(b, a, 1, path) == a);
  }
}

BOOST_AUTO_TEST_CASE(opposite_directions_are_joined_by_a_half_circle) {
  const Vector a = {3, 0.5F, -1};
  const Vector opposite = {-3, -0.5F, 1};
  const Vector nearly = {-3, -0.5F, 1.0000001F};
  for (const Vector& b : {opposite, nearly}) {
    Vector before = a;
    for (int i = 1; i <= 16; ++i) {
      const Vector point = between(a, b, i / 16.0, Path::kSpherical);
      BOOST_CHECK_CLOSE(length(point), length(a), 1e-3);
      Vector step = point;  // even steps: chords of a sixteenth of the half circle
      for (size_t k = 0; k < step.size(); ++k) step[k] -= before[k];
      BOOST_CHECK_CLOSE(length(step), 2 * length(a) * std::sin(std::numbers::pi / 32), 0.01);
      before = point;
    }
    BOOST_CHECK(before == b);
  }
}

BOOST_AUTO_TEST_CASE(where_there_is_no_circle_the_way_is_straight) {
  const Vector a = {1, 0.3F};
  BOOST_CHECK(between(a, Vector{0, 0}, 0.5, Path::kSpherical) == (Vector{0.5F, 0.15F}));
  BOOST_CHECK(between(a, a, 0.3, Path::kSpherical) == a);
  BOOST_CHECK(between(a, a, 0.3, Path::kLinear) == a);
  BOOST_CHECK(between(Vector{2}, Vector{-2}, 0.75, Path::kSpherical) == (Vector{-1}));
  const Vector longer = between(a, Vector{2, 0.6F}, 0.5, Path::kSpherical);
  BOOST_CHECK_CLOSE(longer[0], 1.5F, 1e-5);
}

BOOST_AUTO_TEST_CASE(a_frame_says_where_it_comes_from) {
  const Film film(3, 4, false, Ease::kCosine);
  const std::vector<Json> seeds = {{{"seed", 3U}, {"index", 0}, {"truncation", 0.7}},
                                   {{"seed", 9U}, {"index", 0}, {"truncation", 0.7}},
                                   {{"seed", 9U}, {"index", 1}, {"truncation", 0.7}}};
  Json info = frame_info(film, 2, seeds, {Space::kW, Path::kLinear});
  BOOST_CHECK_CLOSE(info["t"].get<double>(), 0.5, 1e-9);
  info["t"] = 0.5;
  BOOST_CHECK_EQUAL(info.dump(), R"({"frame":2,"from":0,"to":1,"t":0.5,"seeds":[3,9],"truncation":0.7,)"
                                 R"("space":"w","path":"line","step":2,"frames":4,"ease":"cosine"})");
  info = frame_info(film, 4, seeds, {Space::kZ, Path::kSpherical});
  BOOST_CHECK_EQUAL(info.dump(), R"({"frame":4,"from":1,"to":2,"t":0.0,"keys":[{"seed":9,"index":0,"truncation":0.7},)"
                                 R"({"seed":9,"index":1,"truncation":0.7}],)"
                                 R"("space":"z","path":"sphere","step":0,"frames":4,"ease":"cosine"})");
}

BOOST_AUTO_TEST_CASE(key_points_that_differ_in_truncation_are_told_in_full) {
  const Film film(2, 2, false, Ease::kLinear);
  const std::vector<Json> keys = {{{"seed", 3U}, {"index", 0}, {"truncation", 0.7}}, {{"seed", 9U}, {"index", 0}}};
  const Json info = frame_info(film, 1, keys, {Space::kParams, Path::kLinear});
  BOOST_CHECK(!info.contains("seeds"));
  BOOST_CHECK(info["keys"] == Json(keys));
}

BOOST_AUTO_TEST_CASE(films_of_films_do_not_grow_without_end) {
  const Film film(2, 2, false, Ease::kLinear);
  std::vector<Json> keys = {{{"seed", 1U}, {"index", 5}}, {{"row", 2}}};
  for (int i = 0; i < 40; ++i) {
    const Json info = frame_info(film, 1, keys, {Space::kParams, Path::kLinear});
    BOOST_REQUIRE_LT(info.dump().size(), 10000U);
    keys = {info, info};
  }
}

BOOST_AUTO_TEST_CASE(unknown_names_are_wrong_use) {
  BOOST_CHECK_THROW(parse_ease("quick"), inr::base::UsageError);
  BOOST_CHECK_THROW(parse_path("arc"), inr::base::UsageError);
  BOOST_CHECK_THROW(parse_space("v"), inr::base::UsageError);
  BOOST_CHECK(parse_path("line") == Path::kLinear);
  BOOST_CHECK(parse_space("params") == Space::kParams);
}

}  // namespace
