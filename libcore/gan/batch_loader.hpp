// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The data of a training run: in which order pictures come, which are flipped, and a thread that reads them ahead.
// Order and flips are functions of (seed, position), so a resumed run sees what an uninterrupted one would have seen.
#pragma once
#include <torch/types.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "store/dataset.hpp"

namespace inr::gan {

/// Position p of a run (0 = the first picture ever shown) is picture index(p): every epoch is a fresh permutation of
/// all.
class DataOrder {
 public:
  DataOrder(uint64_t seed, int64_t n_pictures) : seed_(seed), n_(n_pictures) {}
  /// Not thread-safe: keeps the permutation of the last epoch asked for.
  [[nodiscard]] int64_t index(int64_t position);
  [[nodiscard]] bool flip(int64_t position) const;

 private:
  uint64_t seed_;
  int64_t n_;
  int64_t epoch_ = -1;
  std::vector<int64_t> permutation_;
};

/// Throws DataError where the dataset is empty or its pictures are not resolution x resolution.
void require_fitting(const store::DatasetReader& dataset, int64_t resolution);

struct LoaderOptions {
  uint64_t seed = 0;
  int64_t batch = 16;
  int64_t resolution = 32;
  bool flip = true;
  int64_t first_position = 0;
};

/// Batches [batch, 3, R, R] of float32 in [-1, 1], x / 127.5 - 1, read ahead in a thread of its own.
class BatchLoader {
 public:
  /// The dataset must outlive the loader. Throws DataError where its pictures are not R x R or there are none.
  BatchLoader(const store::DatasetReader& dataset, const LoaderOptions& options);
  ~BatchLoader();
  BatchLoader(const BatchLoader&) = delete;
  BatchLoader& operator=(const BatchLoader&) = delete;
  /// The next batch; waits for it. Errors of the reading thread surface here.
  at::Tensor next();
  /// Time next() has waited so far, in milliseconds.
  [[nodiscard]] double stalled_ms() const noexcept { return stalled_ms_; }

 private:
  void read_ahead();
  at::Tensor read_batch(int64_t first_position);

  const store::DatasetReader& dataset_;
  LoaderOptions options_;
  DataOrder order_;
  double stalled_ms_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<at::Tensor> ready_;
  std::exception_ptr fault_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace inr::gan
