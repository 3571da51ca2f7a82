// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Threads that take no signals: interruptions belong to the thread that computes, and a broken connection is told by
// an error, not by SIGPIPE.
#pragma once
#include <csignal>

namespace inr::parallel {

/// While it lives, threads that this thread starts have all signals blocked.
class QuietThreads {
 public:
  QuietThreads() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~QuietThreads() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  QuietThreads(const QuietThreads&) = delete;
  QuietThreads& operator=(const QuietThreads&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace inr::parallel
