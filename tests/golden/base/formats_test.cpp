// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Every safetensors and npz file of the goldens, written by the Python libraries, is read whole, and says what is known
// of it.
#include <algorithm>
#include <set>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/json.hpp"
#include "base/npy.hpp"
#include "base/safetensors.hpp"
#include "support/test.hpp"

using namespace inr::base;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> files(const std::string& folder, const std::string& extension) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(inr::test::golden_dir() + "/" + folder)) {
    if (entry.path().extension() == extension) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

Json json_file(const std::string& path) {
  const std::vector<std::byte> bytes = read_file(path);
  return parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path);
}

std::set<std::string> names_with_prefix(const Safetensors& file, const std::string& prefix) {
  std::set<std::string> names;
  for (const TensorInfo& tensor : file.tensors()) {
    if (tensor.name.starts_with(prefix)) names.insert(tensor.name);
  }
  return names;
}

// Mean of rows and their covariance with N - 1, in the plainest way.
struct Moments {
  std::vector<double> mean, covariance;
};

Moments moments(const std::vector<double>& rows, size_t d) {
  const size_t n = rows.size() / d;
  Moments m{std::vector<double>(d), std::vector<double>(d * d)};
  for (size_t i = 0; i < n * d; ++i) m.mean[i % d] += rows[i] / static_cast<double>(n);
  for (size_t r = 0; r < n; ++r) {
    for (size_t i = 0; i < d; ++i) {
      for (size_t j = 0; j < d; ++j) {
        m.covariance[i * d + j] +=
            (rows[r * d + i] - m.mean[i]) * (rows[r * d + j] - m.mean[j]) / static_cast<double>(n - 1);
      }
    }
  }
  return m;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(formats)

BOOST_AUTO_TEST_CASE(every_safetensors_file_is_read_whole) {
  size_t n_files = 0;
  for (const std::string folder : {"model", "fid"}) {
    for (const fs::path& path : files(folder, ".safetensors")) {
      BOOST_TEST_CONTEXT(path) {
        ++n_files;
        const Safetensors file = Safetensors::open(path.string());
        BOOST_TEST(!file.tensors().empty());
        uint64_t data_bytes = 0;
        for (const TensorInfo& tensor : file.tensors()) {
          data_bytes += tensor.end - tensor.begin;
          const std::vector<double> values = file.read_f64(tensor.name);
          BOOST_REQUIRE(values.size() == static_cast<size_t>(tensor.numel()));
          BOOST_REQUIRE(file.read_f32(tensor.name, tensor.shape).size() == values.size());
          const auto n_finite = std::count_if(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
          BOOST_REQUIRE(n_finite == tensor.numel());
        }
        BOOST_TEST(data_bytes < fs::file_size(path));
        BOOST_TEST(data_bytes + 10'000'000 > fs::file_size(path));
      }
    }
  }
  BOOST_TEST(n_files >= 3U);
}

BOOST_AUTO_TEST_CASE(checkpoints_say_what_they_are) {
  size_t n_checkpoints = 0;
  for (const fs::path& path : files("model", ".safetensors")) {
    const Safetensors file = Safetensors::open(path.string());
    if (file.metadata("format").empty()) continue;
    BOOST_TEST_CONTEXT(path) {
      ++n_checkpoints;
      BOOST_TEST(file.metadata("format") == "inr-gan checkpoint");
      BOOST_TEST(file.metadata("version") == "1");
      const Json config = parse_json(file.metadata("config"), path.string());
      const auto z_dim = config.at("model").at("z_dim").get<int64_t>(),
                 hidden = config.at("model").at("hidden").get<int64_t>();
      if (!names_with_prefix(file, "ema.hypernet.").empty()) {
        BOOST_TEST((file.at("ema.hypernet.0.weight").shape == std::vector<int64_t>{hidden, z_dim}));
      }
      for (const std::string& name : names_with_prefix(file, "adam.")) {
        // adam.NAME.m has the shape of NAME
        BOOST_TEST((file.at(name).shape == file.at(name.substr(5, name.size() - 7)).shape), name);
      }
    }
  }
  BOOST_TEST(n_checkpoints > 0U);
}

BOOST_AUTO_TEST_CASE(copies_are_equal) {
  const inr::test::TemporaryFolder folder;
  for (const fs::path& path : files("model", ".safetensors")) {
    const Safetensors file = Safetensors::open(path.string());
    std::vector<TensorView> views;
    for (const TensorInfo& tensor : file.tensors()) {
      views.push_back({tensor.name, tensor.dtype, tensor.shape, file.bytes(tensor)});
    }
    write_safetensors(folder / "copy", file.metadata(), views);
    const Safetensors copy = Safetensors::open(folder / "copy");
    BOOST_REQUIRE(copy.tensors().size() == file.tensors().size());
    for (const TensorInfo& tensor : file.tensors()) {
      const auto a = file.bytes(tensor), b = copy.bytes(copy.at(tensor.name));
      BOOST_REQUIRE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
    }
    for (const auto& [key, value] : file.metadata()) BOOST_TEST(copy.metadata(key) == value);
  }
}

BOOST_AUTO_TEST_CASE(statistics_files_of_numpy) {
  size_t n_files = 0;
  for (const fs::path& path : files("fid", ".npz")) {
    BOOST_TEST_CONTEXT(path) {
      ++n_files;
      const auto arrays = read_npz(path.string());
      const NpyArray& mu = arrays.at("mu");
      const NpyArray& sigma = arrays.at("sigma");
      BOOST_REQUIRE(mu.shape.size() == 1U);
      const int64_t d = mu.shape[0];
      BOOST_TEST((sigma.shape == std::vector<int64_t>{d, d}));
      BOOST_TEST((mu.dtype == Dtype::kF64 && sigma.dtype == Dtype::kF64));
      const std::vector<double> s = sigma.to_f64();
      const auto n = static_cast<size_t>(d);
      for (size_t i = 0; i < n; ++i) {
        BOOST_REQUIRE(s[i * n + i] >= 0);
        for (size_t j = 0; j < i; ++j) BOOST_REQUIRE(s[i * n + j] == s[j * n + i]);
      }
    }
  }
  BOOST_TEST(n_files >= 1U);
}

// The reason why sizes are taken from the central directory: here the local headers do not have them.
BOOST_AUTO_TEST_CASE(local_headers_without_sizes) {
  const std::string path = inr::test::golden_dir() + "/fid/stats.npz";
  const std::vector<std::byte> bytes = read_file(path);
  for (size_t i = 18; i < 26; ++i) BOOST_TEST(std::to_integer<int>(bytes.at(i)) == 0xFF);
  const auto arrays = read_npz(path);
  BOOST_TEST(arrays.size() == 2U);
  BOOST_TEST((arrays.at("mu").shape == std::vector<int64_t>{64}));
  BOOST_TEST((arrays.at("sigma").shape == std::vector<int64_t>{64, 64}));
}

// stats.npz is made of the set relu_a, which lies beside it as numbers.
BOOST_AUTO_TEST_CASE(statistics_are_those_of_their_set) {
  const std::string fid = inr::test::golden_dir() + "/fid/";
  const auto arrays = read_npz(fid + "stats.npz");
  const Safetensors sets = Safetensors::open(fid + "frechet.safetensors");
  const Moments expected = moments(sets.read_f64("relu_a"), 64);
  const std::vector<double> mu = arrays.at("mu").to_f64(), sigma = arrays.at("sigma").to_f64();
  // Sums in another order than numpy's: 1e-13 of values of order 1.
  BOOST_TEST(inr::test::worst_ratio(std::span(mu), std::span(expected.mean), 1e-13, 1e-13) <= 1);
  BOOST_TEST(inr::test::worst_ratio(std::span(sigma), std::span(expected.covariance), 1e-13, 1e-13) <= 1);
}

BOOST_AUTO_TEST_CASE(json_files_are_read) {
  size_t n_files = 0;
  for (const fs::path& path : files("fid", ".json")) {
    const Json value = json_file(path.string());
    BOOST_TEST(value.is_object(), path);
    BOOST_TEST((parse_json(dump_json(value), "again") == value), path);
    ++n_files;
  }
  BOOST_TEST(n_files > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
