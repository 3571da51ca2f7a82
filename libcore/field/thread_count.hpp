// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// LibTorch's number of threads for a while. A sum that LibTorch, its MKL or its oneDNN splits among threads is rounded
// otherwise for each number of them, on some processors even where the result is no sum of all: whoever promises the
// same bits for any number of threads computes under ThreadCountGuard(1) and shares out whole pieces instead
// (torch_pool.hpp).
#pragma once

namespace inr::field {

/// While it lives, operators called by this thread run with n_threads threads; without a number as before. At its end
/// the number is again what it was at its beginning, whatever was set meanwhile (a field::TorchPool sets it to 1). To
/// be ended by the thread that made it.
class ThreadCountGuard {
 public:
  ThreadCountGuard();
  /// n_threads >= 1.
  explicit ThreadCountGuard(int n_threads);
  ~ThreadCountGuard();
  ThreadCountGuard(const ThreadCountGuard&) = delete;
  ThreadCountGuard& operator=(const ThreadCountGuard&) = delete;

  /// The number at its beginning: how many threads a pool under it may have.
  [[nodiscard]] int before() const noexcept { return before_; }

 private:
  int before_;
};

/// While it lives, MKL alone works in one thread where this thread calls it: for work inside at::parallel_for. LibTorch
/// starts no threads there, but MKL goes by the number of the whole program once that has been set, and plans its sums
/// for as many threads even where it gets a single one. No effect on a LibTorch without MKL. To be ended by the thread
/// that made it.
class MklThreadGuard {
 public:
  MklThreadGuard();
  ~MklThreadGuard();
  MklThreadGuard(const MklThreadGuard&) = delete;
  MklThreadGuard& operator=(const MklThreadGuard&) = delete;

 private:
  int before_;
};

/// For how many threads MKL would plan a call by this thread; 1 without MKL.
[[nodiscard]] int mkl_threads();

}  // namespace inr::field
