// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Damaged statistics: the file's bytes, and numbers of any bit pattern inside a sound file. Either a finite distance
// comes out, or an error of one line.
#include <fstream>
#include <string>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/npy.hpp"
#include "metrics/frechet.hpp"
#include "metrics/statistics_file.hpp"
#include "support/mutate.hpp"
#include "support/test.hpp"

namespace {

using namespace inr;

constexpr int64_t kDims = 12;
constexpr uint64_t kCases = 300;

metrics::Statistics good_statistics() {
  return {at::linspace(-1, 1, kDims, at::kDouble), at::eye(kDims, at::kDouble), {}, 500};
}

struct Tally {
  uint64_t n_read = 0, n_refused = 0;

  // Anything but a base::Error leaves and fails the test.
  void attempt(const std::string& path, uint64_t case_index) {
    try {
      const metrics::StatisticsFile file = metrics::load_statistics(path);
      const double distance = metrics::frechet_distance(good_statistics(), file.statistics);
      BOOST_TEST(std::isfinite(distance), "case " << case_index);
      ++n_read;
    } catch (const base::Error& error) {
      const std::string text = error.what();
      BOOST_TEST(text == base::printable(text, 100'000), "case " << case_index << ": not one printable line");
      ++n_refused;
    }
  }
};

BOOST_AUTO_TEST_SUITE(statistics_fault)

BOOST_AUTO_TEST_CASE(damaged_files) {
  const test::TemporaryFolder folder;
  metrics::save_statistics(folder / "good.npz", good_statistics(), {"p", "n", "h", "32x32", "s", "FD"});
  const std::vector<std::byte> good = base::read_file(folder / "good.npz");
  Tally tally;
  for (uint64_t i = 0; i < kCases; ++i) {
    const std::vector<std::byte> bytes = test::mutate(good, i);
    std::ofstream file(folder / "bad.npz", std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.close();
    BOOST_REQUIRE(file.good());
    tally.attempt(folder / "bad.npz", i);
  }
  BOOST_TEST(tally.n_refused > kCases / 2);  // what is left was damaged where nothing is read: times, attributes
}

BOOST_AUTO_TEST_CASE(numbers_of_any_bit_pattern) {
  const test::TemporaryFolder folder;
  const std::vector<double> mu(kDims, 0.5);
  const at::Tensor eye = at::eye(kDims, at::kDouble);
  const std::span<const double> sigma(eye.const_data_ptr<double>(), kDims * kDims);
  Tally tally;
  for (uint64_t i = 0; i < kCases; ++i) {
    base::NpyArray damaged = base::make_npy(sigma, {kDims, kDims});
    const size_t n_bytes = damaged.data.size();
    damaged.data = test::mutate(damaged.data, i);
    damaged.data.resize(n_bytes);
    base::write_npz(folder / "bad.npz", {{"mu", base::make_npy(mu, {kDims})}, {"sigma", damaged}});
    tally.attempt(folder / "bad.npz", i);
  }
  BOOST_TEST(tally.n_read > 0u);
  BOOST_TEST(tally.n_refused > 0u);
}

// Of a shard, which is refused where it is understood, and says nothing where it is not.
BOOST_AUTO_TEST_CASE(info_of_any_text) {
  const test::TemporaryFolder folder;
  const std::vector<double> mu(1, 0.5), sigma(1, 1.0);
  const std::string good =
      R"({"protocol":"p","network":"n","n":500,"resolution":"32x32","shard":1,"shards":3,"ddof":1,"content":"c"})";
  Tally tally;
  for (uint64_t i = 0; i < kCases; ++i) {
    base::NpyArray info = base::make_npy_text(good);
    info.data = test::mutate(info.data, i);
    info.shape = {std::ssize(info.data)};
    base::write_npz(folder / "bad.npz",
                    {{"mu", base::make_npy(mu, {1})}, {"sigma", base::make_npy(sigma, {1, 1})}, {"info", info}});
    try {
      (void)metrics::load_statistics(folder / "bad.npz");
      ++tally.n_read;
    } catch (const base::Error& error) {
      BOOST_TEST(std::string(error.what()).find('\n') == std::string::npos, "case " << i);
      ++tally.n_refused;
    }
  }
  BOOST_TEST(tally.n_read > 0u);
  BOOST_TEST(tally.n_refused > 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
