// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The watch of rank 0: a thread that sees who is there, who is gone and who is behind, and tells all.
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "base/error.hpp"
#include "parallel/watch_threads.hpp"

namespace inr::parallel {
namespace {

/// "1", "1 and 3", "1, 2 and 3"; of many the first ones.
std::string list_ranks(const std::vector<int>& ranks) {
  constexpr size_t kMost = 16;
  std::string out = ranks.size() == 1 ? "rank " : "ranks ";
  for (size_t i = 0; i < std::min(ranks.size(), kMost); ++i) {
    if (i > 0) out += i + 1 == ranks.size() ? " and " : ", ";
    out += std::to_string(ranks[i]);
  }
  return ranks.size() > kMost ? out + " and " + std::to_string(ranks.size() - kMost) + " more" : out;
}

/// The number at the end of "WORD N"; -1 where there is none.
int64_t number_after(const std::string& line, const std::string& word) {
  int64_t out = -1;
  if (line.starts_with(word + " ")) std::from_chars(line.data() + word.size() + 1, line.data() + line.size(), out);
  return out;
}

}  // namespace

WatchHub::WatchHub(std::shared_ptr<WatchState> state, Socket listener, std::string token)
    : state_(std::move(state)),
      listener_(std::move(listener)),
      token_(std::move(token)),
      pulse_(state_->launch.timeout_s),
      meeting_ends_(Clock::now() + seconds(state_->launch.timeout_s)) {}

void WatchHub::run() {
  for (;;) {
    wait_for_events();
    const Clock::duration stopped = pulse_.begin_turn();
    for (const auto& member : members_) member->heard += stopped;
    accept_new();
    for (const auto& member : members_) receive(*member);
    std::erase_if(members_, [](const auto& member) { return member->is_closed && member->rank < 0; });
    if (!met_) check_meeting();
    check_silence();

    const Wishes wishes = take_wishes(*state_);
    if (wishes.late) name_those_behind(*wishes.late);
    if (wishes.fault) {
      send_all(fault_line(*wishes.fault));
      break;
    }
    const bool all_left = met_ && std::all_of(members_.begin(), members_.end(),
                                              [](const auto& member) { return member->has_left || member->rank < 0; });
    if (wishes.leaving && all_left) {
      send_all("bye");
      state_->set_parted();
      break;
    }
    if (pulse_.beat_is_due()) send_all("beat");
  }
  std::vector<LineChannel*> channels;
  for (const auto& member : members_)
    if (!member->is_closed) channels.push_back(&member->channel);
  say_goodbye(std::move(channels));
}

void WatchHub::wait_for_events() {
  std::vector<pollfd> waiting{{state_->wake_socket().fd(), POLLIN, 0}, {listener_.fd(), POLLIN, 0}};
  for (const auto& member : members_) {
    if (member->is_closed) continue;
    const int events = member->channel.has_unsent() ? POLLIN | POLLOUT : POLLIN;
    waiting.push_back({member->channel.socket().fd(), static_cast<short>(events), 0});
  }
  ::poll(waiting.data(), waiting.size(), pulse_.period_ms());
}

void WatchHub::accept_new() {
  for (Socket socket = accept_next(listener_); socket.is_open(); socket = accept_next(listener_))
    members_.push_back(std::make_unique<Member>(std::move(socket)));
}

void WatchHub::receive(Member& member) {
  if (member.is_closed) return;
  std::vector<std::string> lines;
  const bool is_open = member.channel.receive(lines);
  for (const std::string& line : lines) take_line(member, line);
  if (!is_open || !member.channel.flush()) lose(member, "is gone: its connection closed");
}

void WatchHub::take_line(Member& member, const std::string& line) {
  if (member.is_closed) return;
  member.heard = Clock::now();
  if (member.rank < 0) {
    take_hello(member, line);
  } else if (const auto fault = parse_fault(line)) {
    state_->set_fault(*fault);
  } else if (line == "bye") {
    member.has_left = true;
  } else if (const int64_t exchange = number_after(line, "late"); exchange >= 0) {
    member.exchange = exchange;
    name_those_behind(exchange);
  } else {
    member.exchange = std::max(member.exchange, number_after(line, "beat"));
  }
}

void WatchHub::take_hello(Member& member, const std::string& line) {
  std::istringstream words(line);
  std::string hello, token, name;
  int rank = -1, size = 0;
  words >> hello >> token >> rank >> size;
  std::getline(words >> std::ws, name);
  if (!words || hello != "hello" || token != token_) {  // not of this group
    member.is_closed = true;
    return;
  }
  const int own_size = state_->launch.size;
  name = base::printable(name, 300);
  Fault fault{"", true};
  if (size != own_size) {
    fault.text = name + " meets a group of " + std::to_string(own_size) + " processes; all need the same WORLD_SIZE";
  } else if (rank < 1 || rank >= own_size) {
    fault.text = name + " has a rank that cannot be";
  } else if (const Member* other = find(rank)) {
    fault.text = name + " and " + other->name + " have the same rank; each process needs its own RANK";
  }
  if (!fault.text.empty()) {
    member.channel.send(fault_line(fault));
    if (met_) {  // a latecomer does not end those who are at work
      say_goodbye({&member.channel});
      member.is_closed = true;
      return;
    }
    state_->set_fault(fault);
  }
  member.rank = rank;
  member.name = name;
}

void WatchHub::check_meeting() {
  std::vector<int> missing;
  for (int rank = 1; rank < state_->launch.size; ++rank)
    if (find(rank) == nullptr) missing.push_back(rank);
  if (missing.empty()) {
    welcome_all();
  } else if (Clock::now() > meeting_ends_) {
    state_->set_fault({list_ranks(missing) + " of " + std::to_string(state_->launch.size) + " did not come within " +
                       seconds_text(state_->launch.timeout_s) +
                       "; start all of them, with one MASTER_ADDR and MASTER_PORT"});
  }
}

void WatchHub::welcome_all() {
  met_ = true;
  // Those who came over the loopback are on this machine: others reach them where they reach this process.
  std::string outside, inside;
  for (const auto& member : members_) {
    const std::string address = own_address(member->channel.socket());
    if (member->rank > 0) (is_loopback(address) ? inside : outside) = address;
  }
  const std::string own = outside.empty() ? inside : outside;
  for (const auto& member : members_)
    if (member->rank > 0) member->channel.send("welcome " + own);
  state_->set_met(own);
}

void WatchHub::check_silence() {
  for (const auto& member : members_) {
    if (!member->is_closed && pulse_.is_too_long(Clock::now() - member->heard))
      lose(*member, "has been silent for " + seconds_text(state_->launch.timeout_s));
  }
}

void WatchHub::name_those_behind(int64_t exchange) {
  const WatchState& state = *state_;
  std::vector<int> behind;
  if (const std::lock_guard lock(state_->mutex); state.exchange < exchange) behind.push_back(0);
  for (int rank = 1; rank < state.launch.size; ++rank) {
    const Member* member = find(rank);
    if (member != nullptr && member->exchange < exchange) behind.push_back(rank);
  }
  const std::string patience = seconds_text(state.launch.patience_s);
  state_->set_fault({behind.empty() ? "an exchange between the processes does not end within " + patience
                                    : list_ranks(behind) + " of " + std::to_string(state.launch.size) +
                                          " did not come to an exchange within " + patience});
}

void WatchHub::lose(Member& member, const std::string& how) {
  member.is_closed = true;
  if (member.rank >= 0 && !member.has_left) state_->set_fault({member.name + " " + how});
}

void WatchHub::send_all(const std::string& line) {
  for (const auto& member : members_)
    if (!member->is_closed) member->channel.send(line);
}

WatchHub::Member* WatchHub::find(int rank) {
  const auto found =
      std::find_if(members_.begin(), members_.end(), [&](const auto& member) { return member->rank == rank; });
  return found == members_.end() ? nullptr : found->get();
}

}  // namespace inr::parallel
