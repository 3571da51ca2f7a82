// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The watch of the other ranks: a thread that holds the connection to rank 0.
#include <poll.h>

#include <array>

#include "parallel/watch_threads.hpp"

namespace inr::parallel {

WatchMember::WatchMember(std::shared_ptr<WatchState> state, Socket connection, const std::string& token)
    : state_(std::move(state)),
      channel_(std::move(connection)),
      hub_name_(rank_name(0, state_->launch.size) + " (at " + state_->launch.master_addr + ")"),
      pulse_(state_->launch.timeout_s) {
  channel_.send("hello " + token + " " + std::to_string(state_->launch.rank) + " " +
                std::to_string(state_->launch.size) + " " + state_->name);
}

void WatchMember::run() {
  for (bool has_left = false; !is_over_;) {
    const short events = channel_.has_unsent() ? POLLIN | POLLOUT : POLLIN;
    std::array<pollfd, 2> waiting{pollfd{channel_.socket().fd(), events, 0},
                                  pollfd{state_->wake_socket().fd(), POLLIN, 0}};
    ::poll(waiting.data(), waiting.size(), pulse_.period_ms());
    heard_ += pulse_.begin_turn();

    std::vector<std::string> lines;
    const bool is_open = channel_.receive(lines);
    if (!lines.empty()) heard_ = Clock::now();
    for (const std::string& line : lines) take_line(line);
    if (is_over_) break;
    if (!is_open || !channel_.flush()) {
      state_->set_fault({hub_name_ + " is gone: its connection closed"});
      break;
    }
    if (pulse_.is_too_long(Clock::now() - heard_))
      state_->set_fault({hub_name_ + " has been silent for " + seconds_text(state_->launch.timeout_s)});

    const Wishes wishes = take_wishes(*state_);
    if (wishes.fault) {
      channel_.send(fault_line(*wishes.fault));
      break;
    }
    if (wishes.leaving && !has_left) {
      channel_.send("bye");
      has_left = true;
    }
    if (wishes.late) channel_.send("late " + std::to_string(*wishes.late));
    if (pulse_.beat_is_due()) channel_.send("beat " + std::to_string(wishes.exchange));
  }
  say_goodbye({&channel_});
}

void WatchMember::take_line(const std::string& line) {
  if (is_over_) return;
  if (const auto fault = parse_fault(line)) {
    state_->set_fault(*fault);
    is_over_ = true;
  } else if (line == "bye") {
    state_->set_parted();
    is_over_ = true;
  } else if (line.starts_with("welcome ")) {
    const std::string own = own_address(channel_.socket());
    const std::string given = line.substr(8);
    state_->set_met(is_loopback(own) || own.empty() ? given : own);
  }
}

}  // namespace inr::parallel
