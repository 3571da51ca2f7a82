// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Statistics on disk: what is written comes back; what is wrong is named.
#include "metrics/statistics_file.hpp"

#include <map>

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
  refused({{"mu", mu}, {"sigma", sigma}, {"info", base::make_npy_text("{")}}, "info");
  refused({{"mu", mu}, {"sigma", sigma}, {"info", base::make_npy_text("[1]")}}, "not a JSON object");
  refused({{"mu", mu}, {"sigma", sigma}, {"info", base::make_npy_text(R"({"n": -3})")}}, "number of images");
  refused({{"mu", mu}, {"sigma", sigma}, {"info", base::make_npy_text(R"({"n": 1e30})")}}, "number of images");
  BOOST_CHECK_THROW(load_statistics(folder / "absent.npz"), base::SystemError);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
