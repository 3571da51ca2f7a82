// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// From pictures to statistics: decode and resize in worker threads, features in batches, mean and covariance streamed.
// Memory does not depend on the number of pictures.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "metrics/feature_network.hpp"
#include "metrics/feature_stats.hpp"
#include "metrics/picture_set.hpp"

namespace inr::metrics {

struct MeasureOptions {
  std::optional<int64_t> n_images;  // exactly so many; nothing: the set's usual count
  int n_threads = 0;                // 0: one per core
  int64_t batch = 32;
  std::function<void(int64_t n_done)> progress;  // after every batch; may be empty
};

/// What was measured on one side.
struct Measured {
  Statistics statistics;
  std::string resolution;  // "32x32" where all pictures have it, else "mixed"
};

/// Features of the first pictures of a set. Throws DataError where the set has fewer than asked for (before any work
/// where its count is known), and what reading and decoding throw: the error of the first picture that failed, in
/// order.
Measured measure(PictureSet& set, const FeatureNetwork& network, const MeasureOptions& options);

/// Runs task(0) ... task(n - 1) in up to n_threads threads (0: one per core) and waits. The exception of the lowest
/// index is thrown again, after all have ended.
void run_parallel(int n_threads, size_t n, const std::function<void(size_t)>& task);

/// The number of threads that 0 means.
int core_count() noexcept;

}  // namespace inr::metrics
