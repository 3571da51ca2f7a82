// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "parallel/watch_state.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/error.hpp"

namespace inr::parallel {
namespace {

constexpr auto kGoodbye = std::chrono::seconds(2);
constexpr size_t kMaxFaultChars = 1000;

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "an unknown host";
  return name.data();
}

}  // namespace

std::string fault_line(const Fault& fault) { return (fault.usage ? "fail usage " : "fail system ") + fault.text; }

std::optional<Fault> parse_fault(const std::string& line) {
  for (const bool usage : {false, true}) {
    const std::string start = fault_line({"", usage});
    if (line.starts_with(start)) return Fault{base::printable(line.substr(start.size()), kMaxFaultChars), usage};
  }
  return {};
}

std::string rank_name(int rank, int size) { return "rank " + std::to_string(rank) + " of " + std::to_string(size); }

std::string own_name(const Launch& launch) {
  return rank_name(launch.rank, launch.size) + " (process " + std::to_string(::getpid()) + " on " + host_name() + ")";
}

std::string seconds_text(double value) {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.6g s", value);
  return {text.data(), static_cast<size_t>(length)};
}

WatchState::WatchState(const Launch& process)
    : launch(process), name(own_name(process)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!wake_.is_open()) throw base::SystemError("group of processes", "make an eventfd", errno);
}

void WatchState::wake() const noexcept {
  const uint64_t one = 1;
  // Fails only where the count is full, and then the thread is awake.
  [[maybe_unused]] const ssize_t n = ::write(wake_.fd(), &one, sizeof one);
}

void WatchState::set_fault(Fault found) {
  {
    const std::lock_guard lock(mutex);
    if (!fault && !parted) fault = std::move(found);
  }
  changed.notify_all();
}

void WatchState::set_met(std::string own) {
  {
    const std::lock_guard lock(mutex);
    address = std::move(own);
    met = true;
  }
  changed.notify_all();
}

void WatchState::set_parted() {
  {
    const std::lock_guard lock(mutex);
    parted = true;
  }
  changed.notify_all();
}

Wishes take_wishes(WatchState& state) {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t n = ::read(state.wake_socket().fd(), &count, sizeof count);
  const std::lock_guard lock(state.mutex);
  return {state.fault, state.leaving, state.exchange, std::exchange(state.late, std::nullopt)};
}

Pulse::Pulse(double timeout_s)
    : timeout_(seconds(timeout_s)), period_(seconds(std::clamp(timeout_s / 10, 0.02, 1.0))) {}

Clock::duration Pulse::begin_turn() {
  const Clock::time_point now = Clock::now();
  const Clock::duration gap = now - turn_;
  turn_ = now;
  return gap > 2 * period_ ? gap : Clock::duration::zero();
}

bool Pulse::beat_is_due() {
  if (turn_ < next_beat_) return false;
  next_beat_ = turn_ + period_;
  return true;
}

int Pulse::period_ms() const { return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(period_).count()); }

void say_goodbye(std::vector<LineChannel*> channels) {
  const Clock::time_point deadline = Clock::now() + kGoodbye;
  std::vector<LineChannel*> told;
  while (!channels.empty() && Clock::now() < deadline) {
    std::vector<pollfd> waiting;
    std::erase_if(channels, [&](LineChannel* channel) {
      if (!channel->flush()) return true;
      if (!channel->has_unsent() && std::find(told.begin(), told.end(), channel) == told.end()) {
        channel->finish_sending();
        told.push_back(channel);
      }
      std::vector<std::string> ignored;
      return !channel->receive(ignored);
    });
    for (LineChannel* channel : channels) {
      const int events = channel->has_unsent() ? POLLIN | POLLOUT : POLLIN;
      waiting.push_back({channel->socket().fd(), static_cast<short>(events), 0});
    }
    if (!waiting.empty()) ::poll(waiting.data(), waiting.size(), 50);
  }
}

}  // namespace inr::parallel
