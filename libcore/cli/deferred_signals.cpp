// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Signal handlers may only touch lock-free atomics; the note is one.
#include "cli/deferred_signals.hpp"

#include <atomic>

namespace inr::cli {
namespace {

std::atomic<int> noted_signal{0};
static_assert(std::atomic<int>::is_always_lock_free);

void note(int number) { noted_signal = number; }

}  // namespace

DeferredSignals::DeferredSignals(const std::vector<int>& numbers) {
  noted_signal = 0;
  struct sigaction action {};
  action.sa_handler = note;
  sigemptyset(&action.sa_mask);
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // and not SA_RESTART: a terminal that was stopped can be left
  for (const int number : numbers) {
    Earlier earlier{number, {}};
    ::sigaction(number, nullptr, &earlier.action);
    if (earlier.action.sa_handler == SIG_IGN) continue;
    ::sigaction(number, &action, nullptr);
    earlier_.push_back(earlier);
  }
}

DeferredSignals::~DeferredSignals() {
  for (const Earlier& earlier : earlier_) ::sigaction(earlier.number, &earlier.action, nullptr);
  if (const int number = noted(); number != 0) (void)std::raise(number);
}

int DeferredSignals::noted() const noexcept { return noted_signal; }

}  // namespace inr::cli
