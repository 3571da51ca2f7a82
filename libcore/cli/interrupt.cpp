// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Signal handlers may only touch lock-free atomics, and call write, clock_gettime, signal and raise.
#include "cli/interrupt.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <utility>

namespace inr::cli {
namespace {

constexpr int64_t kSameSignalNs = 1'000'000'000;  // so long one Ctrl-C may echo
constexpr int kLookMs = 200;                      // for a signal that came just before the wait for input

struct Caught {
  int number;
  struct sigaction earlier;
};

std::atomic<int> first_signal{0};
std::atomic<int64_t> first_ns{0};
std::atomic<const std::string*> notice_text{nullptr};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<int64_t>::is_always_lock_free &&
              std::atomic<const std::string*>::is_always_lock_free);
std::array<Caught, 3> caught{{{SIGINT, {}}, {SIGTERM, {}}, {SIGHUP, {}}}};

// nohup means it; shells ignore SIGINT for what they start in the background, where it is sent on purpose.
bool is_wanted(const Caught& one) { return one.number != SIGHUP || one.earlier.sa_handler != SIG_IGN; }

int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{1'000'000'000} * now.tv_sec + now.tv_nsec;
}

void on_signal(int number) {
  int none = 0;
  first_signal.compare_exchange_strong(none, number);
}

void on_signal_with_notice(int number) {
  const int saved_errno = errno;
  int none = 0;
  if (first_signal.compare_exchange_strong(none, number)) {
    first_ns = now_ns();
    const std::string* const text = notice_text;
    if (text != nullptr) (void)!::write(STDERR_FILENO, text->data(), text->size());
  } else if (now_ns() - first_ns > kSameSignalNs) {
    (void)std::signal(number, SIG_DFL);
    (void)std::raise(number);  // has its effect when this handler returns
  }
  errno = saved_errno;
}

}  // namespace

InterruptFlag::InterruptFlag() {
  first_signal = 0;
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);  // the second signal has its usual effect
  for (Caught& one : caught) {
    ::sigaction(one.number, nullptr, &one.earlier);
    if (is_wanted(one)) ::sigaction(one.number, &action, nullptr);
  }
}

InterruptFlag::InterruptFlag(std::string notice) : notice_(std::move(notice)) {
  first_signal = 0;
  notice_text = notice_.empty() ? nullptr : &notice_;
  struct sigaction action {};
  action.sa_handler = on_signal_with_notice;
  sigemptyset(&action.sa_mask);
  for (const Caught& one : caught) sigaddset(&action.sa_mask, one.number);
  action.sa_flags = SA_RESTART;
  for (Caught& one : caught) {
    ::sigaction(one.number, nullptr, &one.earlier);
    if (is_wanted(one)) ::sigaction(one.number, &action, nullptr);
  }
}

InterruptFlag::~InterruptFlag() {
  if (!settled_)
    for (const Caught& one : caught) ::sigaction(one.number, &one.earlier, nullptr);
  notice_text = nullptr;
}

void InterruptFlag::settle() noexcept {
  settled_ = true;
  for (const Caught& one : caught) (void)std::signal(one.number, SIG_IGN);
}

bool InterruptFlag::raised() const noexcept { return first_signal != 0; }

void InterruptFlag::throw_if_raised() const {
  if (raised()) throw Interrupted(first_signal, name());
}

void InterruptFlag::wait_for_input(int fd) const {
  for (;;) {
    throw_if_raised();
    pollfd input{fd, POLLIN, 0};
    const int n_ready = ::poll(&input, 1, kLookMs);
    if (n_ready > 0 || (n_ready < 0 && errno != EINTR)) return;  // what is wrong with it the reader will find
  }
}

const char* InterruptFlag::name() const noexcept {
  const int number = first_signal;
  for (const auto& [known, text] : {std::pair(SIGINT, "SIGINT"), std::pair(SIGTERM, "SIGTERM"), {SIGHUP, "SIGHUP"}})
    if (number == known) return text;
  return "";
}

}  // namespace inr::cli
