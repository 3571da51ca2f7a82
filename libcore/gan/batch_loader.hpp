// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The data of a training run: in which order pictures come, which are flipped, and threads that read them ahead.
// Order and flips are functions of (seed, position), so a resumed run sees what an uninterrupted one would have seen.
#pragma once
#include <torch/types.h>

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "dataset/dataset.hpp"

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
void require_fitting(const dataset::DatasetReader& dataset, int64_t resolution);

struct LoaderOptions {
  uint64_t seed = 0;
  int64_t batch = 16;
  int64_t resolution = 32;
  bool flip = true;
  int64_t first_position = 0;
  /// Which pictures of each batch are read, as indices in 0 .. batch - 1: the share of one process. Empty: all.
  std::vector<int64_t> shard;
  int n_threads = 1;
  bool pinned = false;  // batches in memory from which copies to a GPU go on beside its work
};

/// Batches that are read ahead, those that threads are at work on included: as many as n_threads can use, but no more
/// than fit 256 MiB, and at least two.
int64_t batches_ahead(int64_t bytes_of_batch, int n_threads);

/// Batches [n, 3, R, R] of float32 in [-1, 1], x / 127.5 - 1, read ahead by threads of their own into a bounded queue.
/// Batches come in order whatever the number of threads.
class BatchLoader {
 public:
  /// The dataset must outlive the loader. Throws DataError where its pictures are not R x R or there are none,
  /// SystemError where no thread can be started.
  BatchLoader(const dataset::DatasetReader& dataset, const LoaderOptions& options);
  ~BatchLoader();
  BatchLoader(const BatchLoader&) = delete;
  BatchLoader& operator=(const BatchLoader&) = delete;
  /// The next batch; waits for it. Errors of the reading threads surface here, at the batch that met them.
  at::Tensor next();
  /// Time next() has waited so far, in milliseconds.
  [[nodiscard]] double stalled_ms() const noexcept { return stalled_ms_; }

 private:
  struct Picture {
    int64_t index;
    bool flip;
  };
  void read_ahead();
  void stop();
  [[nodiscard]] std::vector<Picture> plan_batch(int64_t number);
  [[nodiscard]] at::Tensor read_batch(const std::vector<Picture>& pictures) const;

  const dataset::DatasetReader& dataset_;
  LoaderOptions options_;
  double stalled_ms_ = 0;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  DataOrder order_;
  int64_t next_read_ = 0, next_given_ = 0;  // numbers of batches, from 0
  std::map<int64_t, at::Tensor> ready_;
  std::map<int64_t, std::exception_ptr> faults_;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace inr::gan
