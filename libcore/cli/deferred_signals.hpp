// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Signals that wait while a terminal is in a state in which nobody may be left alone with it.
#pragma once
#include <csignal>
#include <vector>

namespace inr::cli {

/// While an object lives, the first signal of each kind is only noted (it ends a blocking call with EINTR); a second
/// one has the usual effect at once. With the destructor the earlier handlers come back, and what was noted is raised
/// again. Signals that were ignored stay so. One object at a time.
class DeferredSignals {
 public:
  explicit DeferredSignals(const std::vector<int>& numbers);
  ~DeferredSignals();
  DeferredSignals(const DeferredSignals&) = delete;
  DeferredSignals& operator=(const DeferredSignals&) = delete;

  /// The last that was noted, 0 where there was none.
  [[nodiscard]] int noted() const noexcept;

 private:
  struct Earlier {
    int number;
    struct sigaction action;
  };
  std::vector<Earlier> earlier_;
};

}  // namespace inr::cli
