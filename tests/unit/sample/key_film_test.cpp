// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Films through key points of a model: the same bits in every company, the key points' own records, straight ways.
#include "sample/key_film.hpp"

#include "base/worker_pool.hpp"
#include "support/test.hpp"
#include "unit/sample/tiny_generator.hpp"

namespace {

using namespace inr;
using Thetas = std::vector<std::vector<float>>;

constexpr sample::Way kSphere{sample::Space::kZ, sample::Path::kSpherical};
constexpr sample::Way kW{sample::Space::kW, sample::Path::kLinear};
constexpr sample::Way kParams{sample::Space::kParams, sample::Path::kLinear};

struct Fixture {
  [[nodiscard]] sample::Sampler::Row row(uint64_t seed) const { return sampler.latent(seed, 0); }
  [[nodiscard]] std::vector<float> record(const sample::Sampler::Row& z) const {
    return sampler.theta_rows(sampler.hidden_rows({{z}}, threads), threads)[0];
  }
  Thetas all(std::vector<sample::Sampler::Row> keys, sample::Way way, int64_t frames, bool loop = false,
             int64_t batch = 1000) {
    const sample::Film film(static_cast<int64_t>(keys.size()), frames, loop, sample::Ease::kLinear);
    const sample::KeyFilm key_film(sampler, {.rows = std::move(keys), .hidden = false}, way, threads);
    Thetas out;
    for (int64_t i = 0; i < film.size(); i += batch)
      for (auto& theta : key_film.thetas(film, i, std::min(film.size(), i + batch), threads)) out.push_back(theta);
    return out;
  }
  sample::Sampler sampler{test::tiny_generator(), 0.8};
  base::WorkerPool pool{2};
  render::ForEach threads = render::by_threads(pool);
};

BOOST_FIXTURE_TEST_CASE(a_frame_at_a_key_point_is_the_keys_record, Fixture) {
  const std::vector<sample::Sampler::Row> keys = {row(1), row(2), row(3)};
  for (const sample::Way way : {kSphere, kW, kParams}) {
    const Thetas film = all(keys, way, 19);
    BOOST_REQUIRE_EQUAL(film.size(), 39U);
    for (size_t k = 0; k < keys.size(); ++k) BOOST_CHECK(film[19 * k] == record(keys[k]));
  }
}

BOOST_FIXTURE_TEST_CASE(a_leg_is_the_same_bits_in_every_film_and_batch, Fixture) {
  for (const sample::Way way : {kSphere, kW, kParams}) {
    const Thetas one = all({row(2), row(3)}, way, 6);
    const Thetas loop = all({row(1), row(2), row(3)}, way, 6, true, 4);
    BOOST_REQUIRE_EQUAL(loop.size(), 18U);
    for (size_t i = 0; i < one.size(); ++i) BOOST_CHECK(one[i] == loop[6 + i]);
  }
}

BOOST_FIXTURE_TEST_CASE(parameters_are_linear_in_h, Fixture) {
  const Thetas w = all({row(1), row(2)}, kW, 8);
  const Thetas params = all({row(1), row(2)}, kParams, 8);
  for (size_t i = 0; i < w.size(); ++i)
    BOOST_CHECK_LE(test::worst_ratio(std::span<const float>(w[i]), std::span<const float>(params[i]), 1e-6, 1e-5), 1);
  for (size_t i = 0; i < params[4].size(); ++i) {
    const double mean = (double{params[0][i]} + double{params[8][i]}) / 2;
    BOOST_CHECK_EQUAL(params[4][i], static_cast<float>(mean));
  }
}

BOOST_FIXTURE_TEST_CASE(spaces_and_paths_are_different_ways, Fixture) {
  const Thetas sphere = all({row(1), row(2)}, kSphere, 2);
  const Thetas line = all({row(1), row(2)}, {sample::Space::kZ, sample::Path::kLinear}, 2);
  const Thetas params = all({row(1), row(2)}, kParams, 2);
  BOOST_CHECK(sphere[1] != line[1]);
  BOOST_CHECK(sphere[1] != params[1]);
  BOOST_CHECK(line[1] != params[1]);
}

}  // namespace
