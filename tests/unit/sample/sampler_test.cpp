// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The sampler: the same bits in every company, truncation, latents from files.
#include "sample/sampler.hpp"

#include "base/error.hpp"
#include "base/npy.hpp"
#include "base/worker_pool.hpp"
#include "support/test.hpp"
#include "unit/sample/tiny_generator.hpp"

namespace {

using namespace inr;

using Rows = std::vector<sample::Sampler::Row>;

Rows latents(const sample::Sampler& sampler, uint64_t first, uint64_t last) {
  Rows out;
  for (uint64_t i = first; i < last; ++i) out.push_back(sampler.latent(9, i));
  return out;
}

Rows thetas(const sample::Sampler& sampler, const Rows& z, int n_threads) {
  base::WorkerPool pool(n_threads);
  const render::ForEach threads = render::by_threads(pool);
  return sampler.theta_rows(sampler.hidden_rows(z, threads), threads);
}

BOOST_AUTO_TEST_CASE(a_record_has_the_same_bits_in_every_company) {
  const sample::Sampler sampler(test::tiny_generator(), std::nullopt);
  const Rows all = thetas(sampler, latents(sampler, 0, 40), 2);
  for (const auto& [first, last] : {std::pair<uint64_t, uint64_t>{0, 1}, {0, 7}, {16, 32}, {33, 40}, {5, 29}}) {
    const Rows some = thetas(sampler, latents(sampler, first, last), 1);
    for (uint64_t i = first; i < last; ++i) BOOST_CHECK(some[i - first] == all[i]);
  }
  BOOST_CHECK(all[0] != all[1]);
}

BOOST_AUTO_TEST_CASE(truncation_goes_to_the_mean) {
  const sample::LoadedGenerator model = test::tiny_generator();
  const std::vector<float> mean = sample::mean_hidden(model, render::in_this_thread);
  const sample::Sampler none(model, std::nullopt);
  const Rows z = latents(none, 0, 1);
  const auto h = [&](const sample::Sampler& sampler) { return sampler.hidden_rows(z, render::in_this_thread)[0]; };
  BOOST_CHECK(h(sample::Sampler(model, 0.0)) == mean);
  BOOST_CHECK(h(sample::Sampler(model, 1.0)) == h(none));
  const auto whole = h(none), half = h(sample::Sampler(model, 0.5));
  for (size_t i = 0; i < whole.size(); ++i) BOOST_CHECK_SMALL(half[i] - (mean[i] + whole[i]) / 2, 1e-6F);
  sample::LoadedGenerator told = model;  // the checkpoint's own is taken as it stands
  told.h_mean = std::vector<float>(mean.size(), 0.25F);
  BOOST_CHECK(h(sample::Sampler(told, 0.0)) == *told.h_mean);
}

BOOST_AUTO_TEST_CASE(latents_from_a_file_are_checked) {
  const test::TemporaryFolder folder;
  const std::vector<float> values = {1, 2, 3, 4, 5, 6};
  base::write_npy(folder / "z.npy", base::make_npy(std::span<const float>(values), {2, 3}));
  const auto read = sample::read_latents(folder / "z.npy", 3);
  BOOST_REQUIRE_EQUAL(read.size(), 2U);
  BOOST_CHECK(read[1] == (std::vector<float>{4, 5, 6}));
  BOOST_CHECK_THROW(sample::read_latents(folder / "z.npy", 4), base::DataError);
  const std::vector<float> bad = {1, NAN};
  base::write_npy(folder / "bad.npy", base::make_npy(std::span<const float>(bad), {1, 2}));
  BOOST_CHECK_THROW(sample::read_latents(folder / "bad.npy", 2), base::DataError);
}

}  // namespace
