// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// From pictures to statistics: decoding, resizing and the network in worker threads, mean and covariance streamed.
// Memory does not depend on the number of pictures, and the statistics not on the number of threads: the network sees
// groups of kGroupImages pictures, each in one thread. The statistics of one batch are taken while the next is seen.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/worker_pool.hpp"
#include "metrics/feature_network.hpp"
#include "metrics/feature_stats.hpp"
#include "metrics/picture_set.hpp"

namespace inr::metrics {

struct MeasureOptions {
  std::optional<int64_t> n_images;  // exactly so many; nothing: the set's usual count
  int64_t batch = 0;                // pictures at a time, rounded up to whole groups; 0: enough for all threads
  std::function<void(int64_t n_done)> progress;              // after every batch; may be empty
  std::function<void(const at::Tensor& features)> features;  // gets all rows in order, [B, d] at a time; may be empty
};

/// What was measured on one side.
struct Measured {
  Statistics statistics;
  std::string resolution;  // "32x32" where all pictures have it, else "mixed"
};

inline constexpr int64_t kGroupImages = 8;

/// Features of the first pictures of a set. Throws DataError where the set has fewer than asked for (before any work
/// where its count is known), and what reading and decoding throw: the error of the first group of pictures that
/// failed. options.features is called by one thread at a time, not always the same.
Measured measure(PictureSet& set, const FeatureNetwork& network, const MeasureOptions& options, base::WorkerPool& pool);

}  // namespace inr::metrics
