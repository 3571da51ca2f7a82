// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The loop over batches of one side.
#include "metrics/measure.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <exception>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace inr::metrics {
namespace {

constexpr int64_t kGroupsPerThread = 4;

[[noreturn]] void too_few(const PictureSet& set, int64_t n_wanted, int64_t n_there) {
  throw base::DataError(
      base::printable(set.name()),
      "holds " + std::to_string(n_there) + " pictures, " + std::to_string(n_wanted) + " were asked for",
      "ask for " + std::to_string(n_there) + " at most");
}

// One resolution for all, or "mixed".
class Resolution {
 public:
  void add(const std::string& text) {
    if (text_.empty()) text_ = text;
    if (text_ != text) text_ = "mixed";
  }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

// A group of pictures, decoded, prepared and seen by the network in one thread: [n, d].
at::Tensor group_features(std::span<PictureJob> jobs, const FeatureNetwork& network, Resolution& resolution) {
  std::vector<at::Tensor> prepared;
  for (PictureJob& job : jobs) {
    const image::Image picture = job();
    job = nullptr;  // what it holds is not needed any more
    resolution.add(std::to_string(picture.width) + "x" + std::to_string(picture.height));
    prepared.push_back(network.prepare(picture));
  }
  return network.forward(at::stack(prepared));
}

// Features of all jobs: [n, d]. The error of the lowest group is thrown, whichever came first in time.
at::Tensor batch_features(std::span<PictureJob> jobs, const FeatureNetwork& network, Resolution& resolution,
                          field::WorkerPool& pool) {
  const size_t n_groups = (jobs.size() + kGroupImages - 1) / kGroupImages;
  std::vector<at::Tensor> features(n_groups);
  std::vector<Resolution> resolutions(n_groups);
  std::vector<std::exception_ptr> errors(n_groups);
  pool.run(static_cast<int64_t>(n_groups), [&](int64_t group) {
    const auto g = static_cast<size_t>(group);
    const size_t first = g * kGroupImages;
    try {
      features[g] = group_features(jobs.subspan(first, std::min<size_t>(kGroupImages, jobs.size() - first)), network,
                                   resolutions[g]);
    } catch (...) {
      errors[g] = std::current_exception();
    }
  });
  for (size_t g = 0; g < n_groups; ++g) {
    if (errors[g]) std::rethrow_exception(errors[g]);
    resolution.add(resolutions[g].text());
  }
  return at::cat(features);
}

}  // namespace

ThreadCountGuard::ThreadCountGuard() : n_threads_(at::get_num_threads()) {}
ThreadCountGuard::~ThreadCountGuard() { at::set_num_threads(n_threads_); }

Measured measure(PictureSet& set, const FeatureNetwork& network, const MeasureOptions& options,
                 field::WorkerPool& pool) {
  const std::optional<int64_t> n_there = set.count();
  const std::optional<int64_t> n_wanted = options.n_images ? options.n_images : set.usual_count();
  if (n_there && n_wanted && *n_there < *n_wanted) too_few(set, *n_wanted, *n_there);
  const int64_t n_groups =
      options.batch > 0 ? (options.batch + kGroupImages - 1) / kGroupImages : kGroupsPerThread * pool.size();
  const int64_t batch = n_groups * kGroupImages;  // whole groups, so that --batch changes no bit either

  FeatureStats stats(network.dims());
  Resolution resolution;
  for (bool more = true; more;) {
    std::vector<PictureJob> jobs;
    const int64_t n_most = n_wanted ? std::min(batch, *n_wanted - stats.n_images()) : batch;
    while (more && std::ssize(jobs) < n_most) {
      PictureJob job;
      more = set.next(job);
      if (more) jobs.push_back(std::move(job));
    }
    if (jobs.empty()) break;
    stats.add(batch_features(jobs, network, resolution, pool));
    if (options.progress) options.progress(stats.n_images());
  }
  if (n_wanted && stats.n_images() < *n_wanted) too_few(set, *n_wanted, stats.n_images());
  if (stats.n_images() == 0) throw base::DataError(base::printable(set.name()), "holds no pictures");
  return {stats.finish(network.ddof()), resolution.text()};
}

}  // namespace inr::metrics
