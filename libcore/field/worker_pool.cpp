// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "field/worker_pool.hpp"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "base/error.hpp"

namespace inr::field {

WorkerPool::WorkerPool(int n_threads) {
  const int n = n_threads > 0 ? n_threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  at::set_num_threads(1);
  threads_.reserve(static_cast<size_t>(n - 1));
  try {
    for (int i = 1; i < n; ++i) threads_.emplace_back([this] { serve(); });
  } catch (const std::system_error& fault) {
    const std::string number = std::to_string(threads_.size() + 1);
    stop();
    throw base::SystemError(std::to_string(n) + " threads", "start number " + number, fault.code().value());
  }
}

WorkerPool::~WorkerPool() { stop(); }

void WorkerPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::serve() {
  // A thread's first look at the number takes over that of the whole program, which another thread may have changed
  // since: so it looks before the number is set, not in the middle of its work.
  (void)at::get_num_threads();
  at::set_num_threads(1);
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stop_ || next_ < n_; });
    if (stop_) return;
    take_part(lock);
  }
}

void WorkerPool::take_part(std::unique_lock<std::mutex>& lock) {
  const c10::InferenceMode no_gradients;
  while (next_ < n_) {
    const int64_t piece = next_++;
    ++running_;
    lock.unlock();
    std::exception_ptr fault;
    try {
      (*work_)(piece);
    } catch (...) {
      fault = std::current_exception();
    }
    lock.lock();
    --running_;
    if (fault && !fault_) {
      fault_ = fault;
      next_ = n_;  // nothing further is started
    }
  }
  if (running_ == 0) done_.notify_all();
}

void WorkerPool::run(int64_t n, const std::function<void(int64_t)>& work) {
  std::unique_lock lock(mutex_);
  work_ = &work;
  n_ = n;
  next_ = 0;
  fault_ = nullptr;
  if (n > 1) wake_.notify_all();
  take_part(lock);
  done_.wait(lock, [this] { return running_ == 0 && next_ >= n_; });
  n_ = next_ = 0;
  work_ = nullptr;
  if (fault_) std::rethrow_exception(std::exchange(fault_, nullptr));
}

}  // namespace inr::field
