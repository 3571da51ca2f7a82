// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The loop over batches of one side.
#include "metrics/measure.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace inr::metrics {
namespace {

[[noreturn]] void too_few(const PictureSet& set, int64_t n_wanted, int64_t n_there) {
  throw base::DataError(
      base::printable(set.name()),
      "holds " + std::to_string(n_there) + " pictures, " + std::to_string(n_wanted) + " were asked for",
      "ask for " + std::to_string(n_there) + " at most");
}

// One resolution for all, or "mixed".
class Resolution {
 public:
  void add(int64_t width, int64_t height) {
    const std::string text = std::to_string(width) + "x" + std::to_string(height);
    if (text_.empty()) text_ = text;
    if (text_ != text) text_ = "mixed";
  }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

}  // namespace

int core_count() noexcept { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

void run_parallel(int n_threads, size_t n, const std::function<void(size_t)>& task) {
  std::vector<std::exception_ptr> errors(n);
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < n; i = next++) {
      try {
        task(i);
      } catch (...) {
        errors[i] = std::current_exception();
      }
    }
  };
  const size_t n_workers = std::min(n, static_cast<size_t>(n_threads > 0 ? n_threads : core_count()));
  {
    std::vector<std::jthread> others;  // joined at the end of this block; this thread works too
    for (size_t i = 1; i < n_workers; ++i) others.emplace_back(work);
    work();
  }
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

Measured measure(PictureSet& set, const FeatureNetwork& network, const MeasureOptions& options) {
  const std::optional<int64_t> n_there = set.count();
  const std::optional<int64_t> n_wanted = options.n_images ? options.n_images : set.usual_count();
  if (n_there && n_wanted && *n_there < *n_wanted) too_few(set, *n_wanted, *n_there);

  FeatureStats stats(network.dims());
  Resolution resolution;
  for (bool more = true; more;) {
    std::vector<PictureJob> jobs;
    const int64_t n_left = n_wanted ? *n_wanted - stats.n_images() : options.batch;
    while (more && std::ssize(jobs) < std::min(options.batch, n_left)) {
      PictureJob job;
      more = set.next(job);
      if (more) jobs.push_back(std::move(job));
    }
    if (jobs.empty()) break;
    std::vector<at::Tensor> prepared(jobs.size());
    std::vector<std::pair<int64_t, int64_t>> sizes(jobs.size());
    run_parallel(options.n_threads, jobs.size(), [&](size_t i) {
      const image::Image picture = jobs[i]();
      sizes[i] = {picture.width, picture.height};
      prepared[i] = network.prepare(picture);
    });
    for (const auto& [width, height] : sizes) resolution.add(width, height);
    stats.add(network.forward(at::stack(prepared)));
    if (options.progress) options.progress(stats.n_images());
  }
  if (n_wanted && stats.n_images() < *n_wanted) too_few(set, *n_wanted, stats.n_images());
  if (stats.n_images() == 0) throw base::DataError(base::printable(set.name()), "holds no pictures");
  return {stats.finish(network.ddof()), resolution.text()};
}

}  // namespace inr::metrics
