// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "base/worker_pool.hpp"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "base/error.hpp"

namespace inr::base {

WorkerPool::WorkerPool(int n_threads, Around around) : around_(std::move(around)) {
  const int n = n_threads > 0 ? n_threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  threads_.reserve(static_cast<size_t>(n - 1));
  try {
    for (int i = 1; i < n; ++i) threads_.emplace_back([this] { serve(); });
  } catch (const std::system_error& fault) {
    const std::string number = std::to_string(threads_.size() + 1);
    stop();
    throw SystemError(std::to_string(n) + " threads", "start number " + number, fault.code().value());
  } catch (...) {
    stop();
    throw;
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
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stop_ || next_ < n_; });
    if (stop_) return;
    surrounded([&] { take_part(lock); });
  }
}

void WorkerPool::surrounded(const std::function<void()>& share) const {
  if (around_) {
    around_(share);
  } else {
    share();
  }
}

void WorkerPool::take_part(std::unique_lock<std::mutex>& lock) {
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
  // The lock is held whenever a share begins or ends. Workers begin theirs while pieces are left, and the caller's ends
  // when all others have: in the calling thread `around` begins before those of the others and ends after them.
  surrounded([&] {
    take_part(lock);
    done_.wait(lock, [this] { return running_ == 0 && next_ >= n_; });
  });
  n_ = next_ = 0;
  work_ = nullptr;
  if (fault_) std::rethrow_exception(std::exchange(fault_, nullptr));
}

}  // namespace inr::base
