// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Features written in blocks and read back; files that were cut, hurt or made by others.
#include "metrics/features_file.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/npy.hpp"
#include "support.hpp"

namespace {

using namespace inr;
using metrics::FeaturesFile;
using metrics::FeaturesWriter;
using metrics::load_features;
using test::says;

metrics::StatisticsInfo some_info() {
  metrics::StatisticsInfo info;
  info.protocol = "nvidia";
  info.network = "net";
  info.network_hash = "abc";
  info.resolution = "32x32";
  info.source = "folder x";
  info.score_name = "FID";
  info.filter = "lanczos";
  return info;
}

void write(const std::string& path, const at::Tensor& rows, int64_t block) {
  FeaturesWriter writer(path, rows.size(1));
  for (const at::Tensor& part : rows.split(block)) writer.add(part);
  writer.add(rows.slice(0, 0, 0));
  BOOST_TEST(writer.n_images() == rows.size(0));
  writer.commit(some_info());
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

BOOST_AUTO_TEST_SUITE(features_file)

BOOST_AUTO_TEST_CASE(rows_and_what_is_known_come_back) {
  const test::TemporaryFolder folder;
  const at::Tensor rows = test::normals(1, 1234, 7).to(at::kFloat);
  write(folder / "a.npz", rows, 100);
  const FeaturesFile file = load_features(folder / "a.npz");
  BOOST_TEST(at::equal(file.features, rows));
  BOOST_TEST(file.info.protocol == "nvidia");
  BOOST_TEST(file.info.network == "net");
  BOOST_TEST(file.info.network_hash == "abc");
  BOOST_TEST(file.info.resolution == "32x32");
  BOOST_TEST(file.info.source == "folder x");
  BOOST_TEST(file.info.score_name == "FID");
  BOOST_TEST(file.info.filter == "lanczos");
  write(folder / "b.npz", rows, 1234);
  BOOST_TEST((bytes_of(folder / "a.npz") == bytes_of(folder / "b.npz")));
  BOOST_TEST(base::read_npz(folder / "a.npz").size() == 2u);  // every checksum is right
}

BOOST_AUTO_TEST_CASE(files_of_others) {
  const test::TemporaryFolder folder;
  const std::vector<double> values = {1, 2, 3, 4, 5, 6};
  base::write_npz(folder / "a.npz", {{"features", base::make_npy(std::span(values), {3, 2})}});
  const FeaturesFile file = load_features(folder / "a.npz");
  BOOST_TEST(at::equal(file.features, at::arange(1, 7, at::kFloat).view({3, 2})));
  BOOST_TEST(file.info.protocol.empty());
  base::write_npz(folder / "b.npz", {{"features", base::make_npy(std::span(values), {6})}});
  BOOST_CHECK_EXCEPTION(load_features(folder / "b.npz"), base::DataError, says("features [6] of type F64 are not"));
  base::write_npz(folder / "c.npz", {{"mu", base::make_npy(std::span(values), {6})}});
  BOOST_CHECK_EXCEPTION(load_features(folder / "c.npz"), base::DataError, says("not a features file"));
  const std::vector<double> bad = {1, NAN};
  base::write_npz(folder / "d.npz", {{"features", base::make_npy(std::span(bad), {1, 2})}});
  BOOST_CHECK_EXCEPTION(load_features(folder / "d.npz"), base::DataError, says("d.npz: a feature is not finite"));
}

BOOST_AUTO_TEST_CASE(files_cut_or_hurt_anywhere_are_told) {
  const test::TemporaryFolder folder;
  write(folder / "a.npz", test::normals(2, 5, 3), 5);
  const std::string whole = bytes_of(folder / "a.npz");
  for (size_t n = 0; n < whole.size(); n += 17) {
    std::ofstream(folder / "cut.npz", std::ios::binary) << whole.substr(0, n);
    BOOST_CHECK_THROW(load_features(folder / "cut.npz"), base::DataError);
  }
  const size_t in_rows = 62 + 128 + 10;
  std::string hurt = whole;
  hurt[in_rows] = static_cast<char>(hurt[in_rows] ^ 1);
  std::ofstream(folder / "hurt.npz", std::ios::binary) << hurt;
  BOOST_CHECK_EXCEPTION(load_features(folder / "hurt.npz"), base::DataError, says("damaged"));
}

BOOST_AUTO_TEST_CASE(nothing_is_left_without_commit) {
  const test::TemporaryFolder folder;
  {
    FeaturesWriter writer(folder / "a.npz", 3);
    writer.add(at::zeros({2, 3}));
    BOOST_CHECK_THROW(writer.add(at::zeros({2, 4})), base::DataError);
  }
  {
    FeaturesWriter writer(folder / "b.npz", 3);
    BOOST_CHECK_EXCEPTION(writer.commit({}), base::DataError, says("b.npz: there are no features"));
  }
  BOOST_TEST(std::filesystem::is_empty(folder.path()));
  BOOST_CHECK_THROW(FeaturesWriter(folder / "no" + "/x.npz", 3), base::SystemError);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
