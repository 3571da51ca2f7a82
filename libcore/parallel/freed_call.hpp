// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Calls into a library that may wait for another process without end.
#pragma once
#include <atomic>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

#include "parallel/signals.hpp"
#include "parallel/socket.hpp"

namespace inr::parallel {

/// Runs call() in a thread of its own. wait(done) returns when done() is true, or throws to give the call up: then the
/// connections that the call opened, and those of `older`, are shut down, which ends it. notify: called when done.
/// Rethrows what call() or wait() threw (the latter first).
inline void call_freed(const std::function<void()>& call, const std::function<void()>& notify,
                       const std::function<void(const std::function<bool()>&)>& wait,
                       const std::vector<int>& older = {}) {
  const NewConnections connections;
  std::atomic<bool> done = false;
  std::exception_ptr fault;
  std::thread thread = [&] {
    const QuietThreads quiet;
    return std::thread([&] {
      try {
        call();
      } catch (...) {
        fault = std::current_exception();
      }
      done = true;
      notify();
    });
  }();
  try {
    wait([&] { return done.load(); });
  } catch (...) {
    // Until the thread has seen it: a library may open its next connection meanwhile.
    while (!done) {
      NewConnections::end(older);
      NewConnections::end(connections.found());
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    thread.join();
    throw;
  }
  thread.join();
  if (fault) std::rethrow_exception(fault);
}

}  // namespace inr::parallel
