// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Statistics on disk: what is written comes back; what is wrong is named.
#include "metrics/statistics_file.hpp"

#include <cmath>
#include <map>
#include <string_view>

#include "base/json.hpp"
#include "base/npy.hpp"
#include "support.hpp"

namespace {

using namespace inr;
using metrics::load_statistics;
using test::says;

base::NpyArray numbers(std::vector<double> values, std::vector<int64_t> shape) {
  return base::make_npy(std::span<const double>(values), std::move(shape));
}

BOOST_AUTO_TEST_SUITE(statistics_file)

BOOST_AUTO_TEST_CASE(round_trip) {
  const test::TemporaryFolder folder;
  metrics::FeatureStats stats(6);
  stats.add(test::normals(1, 30, 6));
  const metrics::Statistics written = stats.finish();
  const std::string path = folder / "s.npz";
  metrics::save_statistics(path, written,
                           {"pil-bicubic-224", "random-conv-1", "ab12", "32x32", "folder a\nb", "FD-random"});
  const metrics::StatisticsFile read = load_statistics(path);
  BOOST_TEST(at::equal(read.statistics.mean, written.mean));
  BOOST_TEST(at::equal(read.statistics.covariance, written.covariance));
  BOOST_TEST(read.statistics.n_images == 30);
  BOOST_TEST(read.info.protocol == "pil-bicubic-224");
  BOOST_TEST(read.info.network == "random-conv-1");
  BOOST_TEST(read.info.network_hash == "ab12");
  BOOST_TEST(read.info.resolution == "32x32");
  BOOST_TEST(read.info.score_name == "FD-random");
  BOOST_TEST(read.info.source.starts_with("folder a"));
}

BOOST_AUTO_TEST_CASE(files_of_other_programs_have_no_info) {
  const test::TemporaryFolder folder;
  base::write_npz(folder / "s.npz", {{"mu", numbers({1, 2}, {2})}, {"sigma", numbers({1, 0, 0, 1}, {2, 2})}});
  const metrics::StatisticsFile read = load_statistics(folder / "s.npz");
  BOOST_TEST(read.statistics.n_images == 0);
  BOOST_TEST(read.info.network.empty());
  BOOST_TEST(read.statistics.dims() == 2);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named) {
  const test::TemporaryFolder folder;
  const auto refused = [&folder](const std::map<std::string, base::NpyArray>& arrays, const std::string& text) {
    base::write_npz(folder / "s.npz", arrays);
    BOOST_CHECK_EXCEPTION(load_statistics(folder / "s.npz"), base::DataError, says(text));
  };
  const base::NpyArray mu = numbers({1, 2}, {2}), sigma = numbers({1, 0, 0, 1}, {2, 2});
  refused({{"mu", mu}}, "mu or sigma is missing");
  refused({{"mu", sigma}, {"sigma", sigma}}, "are not [d] and [d, d]");
  refused({{"mu", mu}, {"sigma", numbers({1, 0}, {1, 2})}}, "mu [2] and sigma [1, 2]");
  refused({{"mu", numbers({1, NAN}, {2})}, {"sigma", sigma}}, "not finite");
  refused({{"mu", numbers({}, {0})}, {"sigma", numbers({}, {0, 0})}}, "are not [d] and [d, d]");
  refused({{"mu", mu}, {"sigma", sigma}, {"info", base::make_npy_text(R"({"n": -3})")}}, "number of images");
  refused({{"mu", mu}, {"sigma", sigma}, {"info", base::make_npy_text(R"({"n": 1e30})")}}, "number of images");
  refused({{"mu", mu}, {"sigma", sigma}, {"info", base::make_npy_text(R"({"n": 3, "shard": 4, "shards": 3})")}},
          "which shard");
  BOOST_CHECK_THROW(load_statistics(folder / "absent.npz"), base::SystemError);
}

// Distances to these would be finite and wrong, below zero mostly.
BOOST_AUTO_TEST_CASE(matrices_that_are_no_covariance) {
  const test::TemporaryFolder folder;
  const auto write = [&folder](const std::vector<double>& sigma) {
    base::write_npz(folder / "s.npz", {{"mu", numbers({1, 2}, {2})}, {"sigma", numbers(sigma, {2, 2})}});
    return folder / "s.npz";
  };
  const auto refused = [&](const std::vector<double>& sigma, const std::string& text) {
    BOOST_CHECK_EXCEPTION(load_statistics(write(sigma)), base::DataError,
                          says("s.npz: sigma is not a covariance matrix: " + text));
  };
  refused({-10, 0, 0, -10}, "its trace is not positive");
  refused({3, 0, 0, -1}, "it has negative eigenvalues");
  refused({1, 2, 2, 1}, "it has negative eigenvalues");
  refused({1, 0.5, -0.5, 1}, "it is not symmetric");
  refused({1, 1e-5, 0, 1}, "it is not symmetric");
  // Few samples and rounding to float32 are no fault, nor are pictures that are all the same.
  for (const std::vector<double>& sigma : std::vector<std::vector<double>>{
           {1, 1, 1, 1}, {1, 1 + 1e-8, 1, 1}, {1, 0, 0, -1e-9}, {0, 0, 0, 0}, {1e-30, 0, 0, 1e-30}}) {
    BOOST_TEST(load_statistics(write(sigma)).statistics.dims() == 2);
  }
}

BOOST_AUTO_TEST_CASE(numbers_of_images) {
  const test::TemporaryFolder folder;
  const metrics::Statistics some{at::zeros({2}, at::kDouble), at::eye(2, at::kDouble), {}, 0};
  for (const int64_t n : {0, 1, 2, 500}) {
    metrics::Statistics statistics = some;
    statistics.n_images = n;
    metrics::save_statistics(folder / "s.npz", statistics, {});
    BOOST_TEST(load_statistics(folder / "s.npz").statistics.n_images == n);
  }
  metrics::save_statistics(folder / "s.npz", some, {});
  const base::NpyArray info = base::read_npz(folder / "s.npz").at("info");
  const std::string_view text(reinterpret_cast<const char*>(info.data.data()), info.data.size());
  BOOST_TEST(!base::parse_json(text, "info").contains("n"));  // not known is not 0
}

BOOST_AUTO_TEST_CASE(info_of_others_says_nothing) {
  const test::TemporaryFolder folder;
  for (const char* text : {"{", "[1]", "not JSON", ""}) {
    base::write_npz(
        folder / "s.npz",
        {{"mu", numbers({1, 2}, {2})}, {"sigma", numbers({1, 0, 0, 1}, {2, 2})}, {"info", base::make_npy_text(text)}});
    BOOST_TEST(load_statistics(folder / "s.npz").info.network.empty(), text);
  }
}

// An archive that promises much more than is asked for is not unpacked to find out what it is.
BOOST_AUTO_TEST_CASE(names_are_read_without_their_members) {
  const test::TemporaryFolder folder;
  base::write_npz(folder / "s.npz", {{"mu", numbers({1, 2}, {2})}, {"features", numbers({1, 2}, {1, 2})}});
  BOOST_TEST((base::npz_names(folder / "s.npz") == std::vector<std::string>{"features.npy", "mu.npy"}));
  test::write_bytes(folder / "empty", {});
  BOOST_CHECK_THROW(base::npz_names(folder / "empty"), base::DataError);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
