// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Reading and writing mu, sigma and info.
#include "metrics/statistics_file.hpp"

#include <array>
#include <cmath>
#include <map>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/npy.hpp"
#include "field/thread_count.hpp"

namespace inr::metrics {
namespace {

constexpr double kRounding = 1e-6;                 // of float32 sums, generously
constexpr uint64_t kMaxBytes = uint64_t{1} << 30;  // sigma of 11,000 features; the largest network in use has 2,048

base::NpyArray to_npy(const at::Tensor& tensor) {
  const at::Tensor whole = tensor.to(at::kDouble).contiguous();
  return base::make_npy(std::span(whole.const_data_ptr<double>(), static_cast<size_t>(whole.numel())),
                        whole.sizes().vec());
}

at::Tensor to_tensor(const base::NpyArray& array) {
  const std::vector<double> values = array.to_f64();
  return at::tensor(at::ArrayRef<double>(values), at::kDouble).view(array.shape);
}

// A mean [d] and its d. Throws DataError.
int64_t checked_dims(const base::NpyArray& mu, const base::NpyArray* sigma, const std::string& path) {
  const bool vector = mu.shape.size() == 1 && mu.shape[0] >= 1;
  if (vector && (sigma == nullptr || sigma->shape == std::vector<int64_t>{mu.shape[0], mu.shape[0]}))
    return mu.shape[0];
  throw base::DataError(base::Fault::kDamaged, path,
                        "mu " + base::shape_text(mu.shape) + " and sigma " +
                            (sigma == nullptr ? std::string("[d, d]") : base::shape_text(sigma->shape)) +
                            " are not [d] and [d, d]");
}

// Covariances are symmetric and have no negative eigenvalue, but for rounding, of float32 at most. Others would give a
// distance below zero and no sign that anything is wrong.
void check_covariance(const at::Tensor& sigma, const std::string& path) {
  const double largest = sigma.abs().max().item<double>(), trace = sigma.trace().item<double>();
  if (largest == 0 || !std::isfinite(trace)) return;  // nothing varies; beyond what any distance is taken of
  const auto refuse = [&path](const std::string& fault) {
    throw base::DataError(base::Fault::kDamaged, path, "sigma is not a covariance matrix: " + fault,
                          "make the statistics again");
  };
  if ((sigma - sigma.t()).abs().max().item<double>() > kRounding * largest) refuse("it is not symmetric");
  if (!(trace > 0)) refuse("its trace is not positive");
  // S + c 1 has a Cholesky factor where all eigenvalues of S are above -c; much quicker than to look for them.
  const at::Tensor raised = (sigma + sigma.t()) * 0.5 + at::eye(sigma.size(0), at::kDouble) * (kRounding * trace);
  const auto [factor, fault] = at::linalg_cholesky_ex(raised);
  if (fault.item<int>() != 0) refuse("it has negative eigenvalues");
}

// In one thread: whether a matrix just short of a covariance passes must not depend on their number either.
StatisticsFile load_any(const std::string& path) {
  const field::ThreadCountGuard one_thread(1);
  constexpr std::array<std::string_view, 3> kNames = {"mu", "sigma", "info"};
  const std::map<std::string, base::NpyArray> arrays = base::read_npz_members(path, kNames, kMaxBytes);
  const auto mu = arrays.find("mu"), sigma = arrays.find("sigma");
  if (mu == arrays.end() || sigma == arrays.end()) {
    throw base::DataError(base::Fault::kForeign, path, "not statistics: an array mu or sigma is missing",
                          "write them with inr-fid --save-stats");
  }
  checked_dims(mu->second, &sigma->second, path);
  StatisticsFile file;
  file.statistics.mean = to_tensor(mu->second);
  file.statistics.covariance = to_tensor(sigma->second);
  if (!at::isfinite(file.statistics.mean).all().item<bool>() ||
      !at::isfinite(file.statistics.covariance).all().item<bool>()) {
    throw base::DataError(base::Fault::kDamaged, path, "a value of mu or sigma is not finite",
                          "make the statistics again");
  }
  check_covariance(file.statistics.covariance, path);
  const auto info = arrays.find("info");
  if (info != arrays.end()) {
    ReadInfo read = parse_info(info->second, path);
    file.info = std::move(read.info);
    file.statistics.n_images = read.n_images;
  }
  return file;
}

[[noreturn]] void refuse_whole(const std::string& path) {
  throw base::DataError(base::Fault::kForeign, base::printable(path), "is not a shard",
                        "give the files that inr-fid stats --shard wrote");
}

}  // namespace

void save_statistics(const std::string& path, const Statistics& statistics, const StatisticsInfo& info) {
  base::write_npz(path, {{"mu", to_npy(statistics.mean)},
                         {"sigma", to_npy(statistics.covariance)},
                         {"info", make_info(info, statistics.n_images)}});
}

StatisticsFile load_statistics(const std::string& path) {
  StatisticsFile file = load_any(path);
  if (file.info.shard) {
    throw base::DataError(
        base::printable(path),
        "is shard " + std::to_string(file.info.shard->index) + " of " + std::to_string(file.info.shard->count),
        "join all parts with inr-fid merge");
  }
  return file;
}

StatisticsFile load_part(const std::string& path) {
  StatisticsFile file = load_any(path);
  if (!file.info.shard) refuse_whole(path);
  return file;
}

PartHead load_part_head(const std::string& path) {
  constexpr std::array<std::string_view, 2> kNames = {"mu", "info"};
  const std::map<std::string, base::NpyArray> arrays = base::read_npz_members(path, kNames, kMaxBytes);
  const auto mu = arrays.find("mu"), info = arrays.find("info");
  if (mu == arrays.end() || info == arrays.end()) refuse_whole(path);
  ReadInfo read = parse_info(info->second, path);
  if (!read.info.shard) refuse_whole(path);
  return {std::move(read.info), read.n_images, checked_dims(mu->second, nullptr, path)};
}

}  // namespace inr::metrics
