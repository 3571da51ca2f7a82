// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The sampler: the same bits in every company, truncation, latents from files.
#include "sample/sampler.hpp"

#include "base/npy.hpp"
#include "field/thread_count.hpp"
#include "field/torch_pool.hpp"
#include "gan/hypernetwork.hpp"
#include "sample/generator.hpp"
#include "support/test.hpp"
#include "support/thread_probe.hpp"
#include "unit/gan/tiny_config.hpp"

namespace {

using namespace inr;

sample::LoadedGenerator generator() {
  sample::LoadedGenerator out;
  out.config = test::tiny_config();
  out.weights = gan::initial_generator(out.config.model, 5);
  return out;
}

std::vector<sample::LatentRow> rows(const sample::Sampler& sampler, uint64_t first, uint64_t last) {
  std::vector<sample::LatentRow> out;
  for (uint64_t i = first; i < last; ++i) out.push_back(sampler.latent(9, i));
  return out;
}

std::vector<std::vector<float>> thetas(const sample::Sampler& sampler, std::vector<sample::LatentRow> z,
                                       int n_threads) {
  field::TorchPool pool(n_threads);
  const auto h = sampler.hidden_rows(z, pool);
  for (size_t i = 0; i < z.size(); ++i) z[i].values = h[i];
  return sampler.theta_rows(z, pool);
}

BOOST_AUTO_TEST_CASE(a_record_has_the_same_bits_in_every_company) {
  const sample::Sampler sampler(generator(), std::nullopt);
  const auto all = thetas(sampler, rows(sampler, 0, 40), 2);
  for (const auto& [first, last] : {std::pair<uint64_t, uint64_t>{0, 1}, {0, 7}, {16, 32}, {33, 40}}) {
    const auto some = thetas(sampler, rows(sampler, first, last), 1);
    for (uint64_t i = first; i < last; ++i) BOOST_CHECK(some[i - first] == all[i]);
  }
  BOOST_CHECK(all[0] != all[1]);
}

BOOST_AUTO_TEST_CASE(theta_is_the_hypernetwork_of_the_latent) {
  const sample::LoadedGenerator model = generator();
  const sample::Sampler sampler(model, std::nullopt);
  const auto got = thetas(sampler, rows(sampler, 3, 5), 1);
  const at::Tensor z = gan::latents(9, 3, 2, model.config.model.z_dim);
  const at::Tensor want = gan::theta(model.weights, gan::hidden(model.config.model, model.weights, z));
  for (int64_t n = 0; n < 2; ++n) {
    const std::span<const float> row(want.const_data_ptr<float>() + n * want.size(1),
                                     static_cast<size_t>(want.size(1)));
    BOOST_CHECK_LE(test::worst_ratio(std::span<const float>(got[static_cast<size_t>(n)]), row, 1e-6, 1e-5), 1);
  }
}

BOOST_AUTO_TEST_CASE(truncation_goes_to_the_mean) {
  const sample::LoadedGenerator model = generator();
  const at::Tensor mean = gan::mean_hidden(model.config.model, model.weights);
  field::TorchPool pool(1);
  const sample::Sampler none(model, std::nullopt);
  const sample::Sampler all(model, 0.0);
  const sample::Sampler half(model, 0.5);
  const auto z = rows(none, 0, 1);
  const auto h = none.hidden_rows(z, pool)[0];
  const auto h0 = all.hidden_rows(z, pool)[0];
  const auto h5 = half.hidden_rows(z, pool)[0];
  for (size_t i = 0; i < h.size(); ++i) {
    const float m = mean[static_cast<int64_t>(i)].item<float>();
    BOOST_CHECK_SMALL(h0[i] - m, 1e-7F);
    BOOST_CHECK_SMALL(h5[i] - (m + (h[i] - m) / 2), 1e-6F);
  }
}

BOOST_AUTO_TEST_CASE(the_mean_has_the_same_bits_for_any_number_of_threads) {
  gan::LoadedGenerator model;
  model.config = test::tiny_config();
  model.config.model.z_dim = 96;
  model.config.model.hidden = 160;
  model.weights = gan::initial_generator(model.config.model, 5);
  std::vector<at::Tensor> means;
  for (const int n_threads : {1, 2, 3, 8}) {
    const field::ThreadCountGuard threads(n_threads);
    const test::ThreadProbe probe;
    means.push_back(gan::mean_hidden(model.config.model, model.weights));
    BOOST_TEST(!test::ThreadProbe::called().empty());
    BOOST_TEST(test::ThreadProbe::in_several_threads().empty(),
               n_threads << " threads: " << test::ThreadProbe::in_several_threads());
    BOOST_TEST(means.back().equal(means.front()));
  }
}

BOOST_AUTO_TEST_CASE(latents_from_a_file_are_checked) {
  const test::TemporaryFolder folder;
  const std::vector<float> values = {1, 2, 3, 4, 5, 6};
  base::write_npy(folder / "z.npy", base::make_npy(std::span<const float>(values), {2, 3}));
  const auto read = sample::read_latents(folder / "z.npy", 3);
  BOOST_REQUIRE_EQUAL(read.size(), 2U);
  BOOST_CHECK(read[1].values == (std::vector<float>{4, 5, 6}));
  BOOST_CHECK_THROW(sample::read_latents(folder / "z.npy", 4), base::DataError);
  const std::vector<float> bad = {1, NAN};
  base::write_npy(folder / "bad.npy", base::make_npy(std::span<const float>(bad), {1, 2}));
  BOOST_CHECK_THROW(sample::read_latents(folder / "bad.npy", 2), base::DataError);
}

}  // namespace
