// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "field/thread_count.hpp"

#include <ATen/Parallel.h>

// MKL's own, documented in its developer reference; LibTorch's library carries MKL but not its headers. A number of 0
// takes back what was set in this thread; the number before is returned.
extern "C" {
[[gnu::weak]] int MKL_Set_Num_Threads_Local(int n_threads);
[[gnu::weak]] int MKL_Get_Max_Threads();
}

namespace inr::field {
namespace {

// Setting the number renews LibTorch's other pool of threads, so that it is set only where it changes.
void set_threads(int n_threads) {
  if (at::get_num_threads() != n_threads) at::set_num_threads(n_threads);
}

int set_mkl_threads(int n_threads) {
  return MKL_Set_Num_Threads_Local != nullptr ? MKL_Set_Num_Threads_Local(n_threads) : 0;
}

}  // namespace

ThreadCountGuard::ThreadCountGuard() : before_(at::get_num_threads()) {}
ThreadCountGuard::ThreadCountGuard(int n_threads) : ThreadCountGuard() { set_threads(n_threads); }
ThreadCountGuard::~ThreadCountGuard() { set_threads(before_); }

MklThreadGuard::MklThreadGuard() : before_(set_mkl_threads(1)) {}
MklThreadGuard::~MklThreadGuard() { set_mkl_threads(before_); }

int mkl_threads() { return MKL_Get_Max_Threads != nullptr ? MKL_Get_Max_Threads() : 1; }

}  // namespace inr::field
