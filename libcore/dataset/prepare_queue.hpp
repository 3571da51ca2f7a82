// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Work done in several threads whose results are taken in order. At most `window` results wait or are being made, so
// that memory does not depend on the number of items.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace inr::dataset {

template <typename Result>
class OrderedWork {
 public:
  /// make(i) is called once for every i in [first, last), from n_threads threads. Both counts at least 1.
  OrderedWork(int64_t first, int64_t last, int n_threads, int64_t window, std::function<Result(int64_t)> make)
      : make_(std::move(make)), next_(first), taken_(first), last_(last), window_(window) {
    try {
      for (int t = 0; t < n_threads; ++t) threads_.emplace_back([this] { run(); });
    } catch (const std::system_error& fault) {
      const std::string number = std::to_string(threads_.size() + 1);
      stop();
      throw base::SystemError(std::to_string(n_threads) + " threads", "start number " + number, fault.code().value());
    } catch (...) {
      stop();
      throw;
    }
  }
  ~OrderedWork() { stop(); }
  OrderedWork(const OrderedWork&) = delete;
  OrderedWork& operator=(const OrderedWork&) = delete;

  /// The next result in order; throws what make() threw for it. To be called last - first times.
  Result take() {
    std::unique_lock lock(mutex_);
    made_.wait(lock, [&] { return done_.contains(taken_); });
    auto node = done_.extract(taken_++);
    lock.unlock();
    room_.notify_all();
    if (node.mapped().error) std::rethrow_exception(node.mapped().error);
    return std::move(node.mapped().result);
  }

 private:
  struct Slot {
    Result result{};
    std::exception_ptr error;
  };

  void run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      room_.wait(lock, [&] { return stopped_ || next_ >= last_ || next_ < taken_ + window_; });
      if (stopped_ || next_ >= last_) return;
      const int64_t i = next_++;
      lock.unlock();
      Slot slot;
      try {
        slot.result = make_(i);
      } catch (...) {
        slot.error = std::current_exception();
      }
      lock.lock();
      done_.emplace(i, std::move(slot));
      made_.notify_all();
    }
  }
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    room_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  std::function<Result(int64_t)> make_;
  std::mutex mutex_;
  std::condition_variable room_, made_;
  std::map<int64_t, Slot> done_;
  int64_t next_, taken_, last_, window_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace inr::dataset
