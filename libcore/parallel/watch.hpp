// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The watch over a group of processes: each keeps one connection to rank 0, beside those of the transport. A process
// that dies, by whatever cause, loses its connection at once; one whose machine or network is gone falls silent. Rank 0
// sees either and tells all the others which one it is, so that everybody ends with one line that names it.
//
// Lines of text, from a process to rank 0:           from rank 0:
//   hello TOKEN RANK SIZE NAME    first of all         welcome ADDRESS    all are there; where others reach the process
//   beat N                        lives; N exchanges   beat
//   late N                        N does not end
//   fail usage|system TEXT        stops                fail usage|system TEXT    the group is at an end
//   bye                           has done its work    bye                       all have
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "parallel/launch.hpp"
#include "parallel/socket.hpp"
#include "parallel/waiter.hpp"

namespace inr::parallel {

struct WatchState;

class Watch final : public Waiter {
 public:
  /// socket: rank 0 listens on it; for another rank it is the connection to rank 0. token: the same on all ranks, so
  /// that strangers are told apart.
  Watch(const Launch& launch, Socket socket, const std::string& token);
  /// Without part(): tells the others that this process failed. Takes up to two seconds where they do not answer.
  ~Watch() override;

  /// Waits for all to be there; returns the address of this machine as the others reach it. Throws base::SystemError
  /// naming those that did not come, base::UsageError where the processes do not fit together.
  std::string meet();
  /// One more exchange begins: the count by which the watch knows who is behind.
  void begin_exchange();
  /// The group is at an end, for a reason that all are to be told, from outside of exchanges: the others throw its kind
  /// and text, the caller what it has.
  void tell_all(const std::string& fault, bool is_wrong_use);
  /// Waits until all have called it; the watch is at an end then.
  void part();

  void wait(const std::function<bool()>& done) override;
  void poll(const std::function<bool()>& done) override;
  [[nodiscard]] std::function<void()> notifier() const override;
  [[noreturn]] void fail(const std::string& fault) override;

 private:
  /// Asks who is behind and waits for the answer: the fault is set then.
  void end_patience(std::unique_lock<std::mutex>& lock);
  [[noreturn]] void throw_fault() const;

  std::shared_ptr<WatchState> state_;
  std::thread thread_;
};

}  // namespace inr::parallel
