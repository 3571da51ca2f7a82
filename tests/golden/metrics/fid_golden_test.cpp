// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Frechet distances and statistics against the public packages: every pair of fid/frechet.json, every .npz there, and
// every set of fid/frechet.safetensors that has a mean and a covariance. Any folder of the same layout does.
#include <algorithm>
#include <string>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/json.hpp"
#include "base/safetensors.hpp"
#include "metrics/frechet.hpp"
#include "metrics/statistics_file.hpp"
#include "support/golden_table.hpp"
#include "support/test.hpp"

namespace {

using namespace inr;
using metrics::FeatureStats;
using metrics::frechet_distance;
using metrics::FrechetRoute;
using metrics::Statistics;

std::string fid_file(const std::string& name) { return test::golden_dir() + "/fid/" + name; }

base::Json read_json(const std::string& path) {
  const std::vector<std::byte> bytes = base::read_file(path);
  return base::parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path);
}

at::Tensor rows_of(const base::Safetensors& file, const std::string& name) {
  const std::vector<double> values = file.read_f64(name);
  return at::tensor(at::ArrayRef<double>(values), at::kDouble).view(file.at(name).shape);
}

// In blocks whose size divides nothing.
Statistics stream(const at::Tensor& rows, int64_t ddof) {
  FeatureStats stats(rows.size(1));
  for (const at::Tensor& block : rows.split(17)) stats.add(block);
  return stats.finish(ddof);
}

// The tolerance that the goldens' page names for any route.
void check_distance(double got, double want, const std::string& file, const std::string& what) {
  const double error = std::abs(got - want), tolerance = 2e-6 + 1e-9 * std::abs(want);
  test::print_golden(file, what, error, error / tolerance);
  BOOST_TEST(error <= tolerance, what << ": " << got << " instead of " << want);
}

double worst(const at::Tensor& got, const at::Tensor& want, double atol, double rtol) {
  const at::Tensor a = got.contiguous(), b = want.contiguous();
  return test::worst_ratio(std::span(a.const_data_ptr<double>(), static_cast<size_t>(a.numel())),
                           std::span(b.const_data_ptr<double>(), static_cast<size_t>(b.numel())), atol, rtol);
}

// Numbers that must agree to atol + rtol |want|.
void check_numbers(const at::Tensor& got, const at::Tensor& want, double atol, double rtol, const std::string& file,
                   const std::string& what) {
  const double used = worst(got, want, atol, rtol);
  test::print_golden(file, what, (got - want).abs().max().item<double>(), used);
  BOOST_TEST(used <= 1, file << " " << what);
}

BOOST_AUTO_TEST_SUITE(fid_goldens)

BOOST_AUTO_TEST_CASE(frechet_distances_of_all_pairs) {
  const std::string kFrechet = "frechet.json frechet";
  const base::Json json = read_json(fid_file("frechet.json"));
  const auto file = base::Safetensors::open(fid_file("frechet.safetensors"));
  size_t n_checked = 0;
  for (const auto& [name, pair] : json.at("pairs").items()) {
    const at::Tensor real_rows = rows_of(file, pair.at("real")), fake_rows = rows_of(file, pair.at("fake"));
    for (const auto& [key, ddof] : {std::pair("frechet", 1), std::pair("frechet_ddof0", 0)}) {
      const Statistics real = stream(real_rows, ddof), fake = stream(fake_rows, ddof);
      const base::Json& want = pair.at(key);
      const std::string what = name + "." + key;
      const auto exact = want.at("exact").get<double>();
      check_distance(frechet_distance(real, fake), exact, kFrechet, what);
      check_distance(frechet_distance(real, fake, FrechetRoute::kNuclear), exact, kFrechet, what + ", nuclear norm");
      check_distance(frechet_distance(real, fake, FrechetRoute::kSymmetric), want.at("symmetric_eigh").get<double>(),
                     kFrechet, what + ", symmetric");
      for (const auto& [other, value] : want.items()) {  // what the packages themselves gave
        if (value.is_number())
          check_distance(frechet_distance(real, fake), value.get<double>(), kFrechet, what + "." + other);
      }
      ++n_checked;
    }
  }
  BOOST_TEST(n_checked >= 2u);
}

BOOST_AUTO_TEST_CASE(streamed_statistics_equal_those_of_numpy) {
  const auto file = base::Safetensors::open(fid_file("frechet.safetensors"));
  size_t n_checked = 0;
  for (const base::TensorInfo& tensor : file.tensors()) {
    if (tensor.name.find('.') != std::string::npos || file.find(tensor.name + ".mean") == nullptr) continue;
    const Statistics got = stream(rows_of(file, tensor.name), 1);
    const at::Tensor covariance = rows_of(file, tensor.name + ".cov");
    // Rounding of sums of some hundred products, relative to the largest of the matrix.
    const double scale = covariance.abs().max().item<double>();
    check_numbers(got.mean, rows_of(file, tensor.name + ".mean"), 1e-13, 1e-13, "frechet.safetensors",
                  tensor.name + ".mean");
    check_numbers(got.covariance, covariance, 1e-13 * scale, 1e-12, "frechet.safetensors", tensor.name + ".cov");
    ++n_checked;
  }
  BOOST_TEST(n_checked >= 1u);
}

BOOST_AUTO_TEST_CASE(statistics_files_of_other_programs) {
  const base::Json json = read_json(fid_file("frechet.json"));
  const auto file = base::Safetensors::open(fid_file("frechet.safetensors"));
  size_t n_checked = 0;
  for (const auto& entry : std::filesystem::directory_iterator(test::golden_dir() + "/fid")) {
    if (entry.path().extension() != ".npz") continue;
    const metrics::StatisticsFile read = metrics::load_statistics(entry.path().string());
    BOOST_TEST(read.statistics.n_images == 0);
    BOOST_TEST(worst(read.statistics.covariance, read.statistics.covariance.t(), 1e-13, 1e-12) <= 1, entry.path());
    const std::string key = entry.path().stem().string() + "_npz";
    if (json.contains(key)) {  // "stats_npz" tells of stats.npz which set it holds
      const Statistics set = stream(rows_of(file, json.at(key).at("set")), 1);
      const std::string shown = entry.path().filename().string();
      check_numbers(read.statistics.mean, set.mean, 1e-13, 1e-13, shown, "mu");
      check_numbers(read.statistics.covariance, set.covariance, 1e-13, 1e-13, shown, "sigma");
      for (const auto& [name, value] : json.at(key).items()) {
        const std::string prefix = "frechet_to_", suffix = "_by_pytorch_fid";
        if (!name.starts_with(prefix) || !name.ends_with(suffix)) continue;
        const std::string other = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
        check_distance(frechet_distance(read.statistics, stream(rows_of(file, other), 1)), value.get<double>(), shown,
                       name);
      }
    }
    ++n_checked;
  }
  BOOST_TEST(n_checked >= 1u);
}

// stats_images_dims64.npz holds mean and covariance (N-1) of pytorch_fid.64 of features.safetensors, where that file is
// there.
BOOST_AUTO_TEST_CASE(statistics_of_features) {
  if (!test::goldens_there("fid", {"features.safetensors", "stats_images_dims64.npz"})) return;
  const std::string path = fid_file("features.safetensors"), npz = fid_file("stats_images_dims64.npz");
  const Statistics want = metrics::load_statistics(npz).statistics;
  const Statistics got = stream(rows_of(base::Safetensors::open(path), "pytorch_fid.64"), 1);
  // The two passes of the network that made them differ by float32 rounding.
  check_numbers(got.mean, want.mean, 1e-5, 1e-5, "stats_images_dims64.npz", "mu");
  check_numbers(got.covariance, want.covariance, 1e-5, 1e-5, "stats_images_dims64.npz", "sigma");
  BOOST_TEST(got.factor.defined());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
