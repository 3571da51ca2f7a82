// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What the thread of the watch and the thread that computes share, and what both kinds of watch thread (rank 0:
// WatchHub; others: WatchMember) do in the same way.
#pragma once
#include <poll.h>

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "parallel/launch.hpp"
#include "parallel/socket.hpp"

namespace inr::parallel {

/// Why the group is at an end.
struct Fault {
  std::string text;
  bool usage = false;  // wrong use rather than a failure
};

/// "fail system TEXT" and back.
std::string fault_line(const Fault& fault);
std::optional<Fault> parse_fault(const std::string& line);

/// "rank 2 of 4"
std::string rank_name(int rank, int size);
/// "rank 2 of 4 (process 4711 on node03)", of this process.
std::string own_name(const Launch& launch);

struct WatchState {
  explicit WatchState(const Launch& process);

  const Launch launch;
  const std::string name;

  std::mutex mutex;  // of all below
  std::condition_variable changed;
  // told by the watch thread
  std::optional<Fault> fault;  // the first one counts
  bool met = false;
  bool parted = false;
  std::string address;
  // asked by the computing thread
  bool leaving = false;
  int64_t exchange = 0;
  std::optional<int64_t> late;

  /// Wakes the watch thread.
  void wake() const noexcept;
  void set_fault(Fault found);
  void set_met(std::string own);
  void set_parted();
  [[nodiscard]] const Socket& wake_socket() const noexcept { return wake_; }

 private:
  Socket wake_;  // an eventfd
};

/// What the watch thread has to do, read in one go.
struct Wishes {
  std::optional<Fault> fault;
  bool leaving = false;
  int64_t exchange = 0;
  std::optional<int64_t> late;  // taken: asked once
};
Wishes take_wishes(WatchState& state);

/// Times of a watch thread: between its own signs of life, and since when the others have been silent.
class Pulse {
 public:
  explicit Pulse(double timeout_s);

  /// To be called in every turn. The time in which this process itself was stopped (SIGSTOP, a sleeping machine) is
  /// returned: nobody else's silence.
  Clock::duration begin_turn();
  /// True once a period.
  bool beat_is_due();
  [[nodiscard]] bool is_too_long(Clock::duration silence) const { return silence > timeout_; }
  [[nodiscard]] int period_ms() const;

 private:
  Clock::duration timeout_;
  Clock::duration period_;
  Clock::time_point turn_ = Clock::now();
  Clock::time_point next_beat_ = Clock::now();
};

/// Sends what waits, says that no more will come, and waits briefly for the others to close: data that another process
/// has not yet read would be lost with a connection that is closed too early.
void say_goodbye(std::vector<LineChannel*> channels);

/// "120 s", "0.5 s"
std::string seconds_text(double value);

}  // namespace inr::parallel
