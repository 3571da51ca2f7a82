// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Signal handlers may only touch lock-free atomics; the flag is one.
#include "cli/interrupt.hpp"

#include <atomic>
#include <csignal>

namespace inr::cli {
namespace {

std::atomic<int> first_signal{0};
static_assert(std::atomic<int>::is_always_lock_free);
struct sigaction earlier_int {};
struct sigaction earlier_term {};

void on_signal(int number) {
  int none = 0;
  first_signal.compare_exchange_strong(none, number);
}

}  // namespace

InterruptFlag::InterruptFlag() {
  first_signal = 0;
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);  // the second signal has its usual effect
  ::sigaction(SIGINT, &action, &earlier_int);
  ::sigaction(SIGTERM, &action, &earlier_term);
}

InterruptFlag::~InterruptFlag() {
  ::sigaction(SIGINT, &earlier_int, nullptr);
  ::sigaction(SIGTERM, &earlier_term, nullptr);
}

bool InterruptFlag::raised() const noexcept { return first_signal != 0; }

const char* InterruptFlag::name() const noexcept {
  const int number = first_signal;
  if (number == SIGINT) return "SIGINT";
  return number == SIGTERM ? "SIGTERM" : "";
}

}  // namespace inr::cli
