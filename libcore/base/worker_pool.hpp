// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Threads that share out independent pieces of work. Parallelism is over pieces and never inside one, so that the
// result of a piece cannot depend on the number of threads (render.md, "Same bytes").
#pragma once
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace inr::base {

class WorkerPool {
 public:
  /// What every thread, the calling one included, puts around its share of a run(): it calls `share` exactly once, on
  /// its own thread, and throws nothing. For state of a thread that pieces rely on and that has to be put back (that of
  /// a numerical library, say); the calling thread's is the last to be put back.
  using Around = std::function<void(const std::function<void()>& share)>;

  /// n_threads 0: one per processor. The calling thread works too, so n_threads - 1 threads are started. Throws
  /// SystemError where one cannot be.
  explicit WorkerPool(int n_threads = 0, Around around = {});
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  [[nodiscard]] int size() const noexcept { return static_cast<int>(threads_.size()) + 1; }
  /// Calls work(0) .. work(n - 1), each once, in any order and thread; returns when all are done. The first exception
  /// is thrown again here, after the others have ended. Not to be called from inside work.
  void run(int64_t n, const std::function<void(int64_t)>& work);

 private:
  void serve();
  void stop();
  void surrounded(const std::function<void()>& share) const;
  void take_part(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable wake_, done_;
  Around around_;
  const std::function<void(int64_t)>* work_ = nullptr;
  int64_t n_ = 0, next_ = 0, running_ = 0;
  std::exception_ptr fault_;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace inr::base
