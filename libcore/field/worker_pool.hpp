// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Threads that share out independent pieces of work. LibTorch runs single-threaded inside each piece: a product's bits
// depend on the shape of the call and on its threads, so parallelism is over pieces and never inside one (render.md,
// "Same bytes").
#pragma once
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace inr::field {

class WorkerPool {
 public:
  /// n_threads 0: one per processor. The calling thread works too, so n_threads - 1 threads are started. Throws
  /// SystemError where one cannot be.
  explicit WorkerPool(int n_threads = 0);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  [[nodiscard]] int size() const noexcept { return static_cast<int>(threads_.size()) + 1; }
  /// Calls work(0) .. work(n - 1), each once, in any order and thread, without gradients; returns when all are done.
  /// The first exception is thrown again here, after the others have ended. Not to be called from inside work.
  void run(int64_t n, const std::function<void(int64_t)>& work);

 private:
  void serve();
  void stop();
  void take_part(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable wake_, done_;
  const std::function<void(int64_t)>* work_ = nullptr;
  int64_t n_ = 0, next_ = 0, running_ = 0;
  std::exception_ptr fault_;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace inr::field
