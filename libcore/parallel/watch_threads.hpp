// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The two kinds of watch thread (watch.hpp): rank 0 holds the connections of all others, each other rank its own one.
#pragma once
#include <map>
#include <memory>

#include "parallel/watch_state.hpp"

namespace inr::parallel {

class WatchHub {
 public:
  WatchHub(std::shared_ptr<WatchState> state, Socket listener, std::string token);
  /// The whole life of the watch: until all have parted, or the first fault has been told to all.
  void run();

 private:
  struct Member {
    explicit Member(Socket socket) : channel(std::move(socket)) {}
    LineChannel channel;
    int rank = -1;  // before its hello
    std::string name;
    Clock::time_point heard = Clock::now();
    int64_t exchange = 0;
    bool has_left = false;
    bool is_closed = false;
  };

  void wait_for_events();
  void accept_new();
  void receive(Member& member);
  void take_line(Member& member, const std::string& line);
  void take_hello(Member& member, const std::string& line);
  void check_meeting();
  void check_silence();
  void name_those_behind(int64_t exchange);
  void welcome_all();
  void lose(Member& member, const std::string& how);
  void send_all(const std::string& line);
  /// The one of that rank; null where it is not there.
  Member* find(int rank);

  std::shared_ptr<WatchState> state_;
  Socket listener_;
  std::string token_;
  Pulse pulse_;
  Clock::time_point meeting_ends_;
  std::vector<std::unique_ptr<Member>> members_;
  bool met_ = false;
};

class WatchMember {
 public:
  WatchMember(std::shared_ptr<WatchState> state, Socket connection, const std::string& token);
  /// The whole life of the watch, as above.
  void run();

 private:
  void take_line(const std::string& line);

  std::shared_ptr<WatchState> state_;
  LineChannel channel_;
  std::string hub_name_;
  Pulse pulse_;
  Clock::time_point heard_ = Clock::now();
  bool is_over_ = false;
};

}  // namespace inr::parallel
