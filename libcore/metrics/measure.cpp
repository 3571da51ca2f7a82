// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The loop over batches of one side.
#include "metrics/measure.hpp"

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

// Features of all jobs: [n, d]; beside them, in one of the threads, the work on the batch before. The error of the
// lowest group is thrown, whichever came first in time; that of the other work before all.
at::Tensor batch_features(std::span<PictureJob> jobs, const FeatureNetwork& network, Resolution& resolution,
                          base::WorkerPool& pool, const std::function<void()>& beside) {
  const size_t n_groups = (jobs.size() + kGroupImages - 1) / kGroupImages;
  std::vector<at::Tensor> features(n_groups);
  std::vector<Resolution> resolutions(n_groups);
  std::vector<std::exception_ptr> errors(n_groups + 1);
  pool.run(static_cast<int64_t>(n_groups) + 1, [&](int64_t piece) {
    const auto p = static_cast<size_t>(piece);
    try {
      if (p == 0) {
        beside();
        return;
      }
      const size_t first = (p - 1) * kGroupImages;
      features[p - 1] = group_features(jobs.subspan(first, std::min<size_t>(kGroupImages, jobs.size() - first)),
                                       network, resolutions[p - 1]);
    } catch (...) {
      errors[p] = std::current_exception();
    }
  });
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
  for (const Resolution& each : resolutions) resolution.add(each.text());
  return at::cat(features);
}

}  // namespace

Measured measure(PictureSet& set, const FeatureNetwork& network, const MeasureOptions& options,
                 base::WorkerPool& pool) {
  const c10::InferenceMode no_gradients;  // as in the workers, who share the statistics with this thread
  const std::optional<int64_t> n_there = set.count();
  const std::optional<int64_t> n_wanted = options.n_images ? options.n_images : set.usual_count();
  if (n_there && n_wanted && *n_there < *n_wanted) too_few(set, *n_wanted, *n_there);
  const int64_t n_groups =
      options.batch > 0 ? (options.batch + kGroupImages - 1) / kGroupImages : kGroupsPerThread * pool.size();
  const int64_t batch = n_groups * kGroupImages;  // whole groups, so that --batch changes no bit either

  FeatureStats stats(network.dims());
  Resolution resolution;
  at::Tensor pending;  // features of the last batch, not yet in the statistics
  const auto take_pending = [&] {
    if (!pending.defined()) return;
    stats.add(pending);
    if (options.features) options.features(pending);
  };
  int64_t n_done = 0;
  for (bool more = true; more;) {
    std::vector<PictureJob> jobs;
    const int64_t n_most = n_wanted ? std::min(batch, *n_wanted - n_done) : batch;
    while (more && std::ssize(jobs) < n_most) {
      PictureJob job;
      more = set.next(job);
      if (more) jobs.push_back(std::move(job));
    }
    if (jobs.empty()) break;
    pending = batch_features(jobs, network, resolution, pool, take_pending);
    n_done += std::ssize(jobs);
    if (options.progress) options.progress(n_done);
  }
  take_pending();
  if (n_wanted && stats.n_images() < *n_wanted) too_few(set, *n_wanted, stats.n_images());
  if (stats.n_images() == 0) throw base::DataError(base::printable(set.name()), "holds no pictures");
  return {stats.finish(network.ddof()), resolution.text()};
}

}  // namespace inr::metrics
