// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What transports between processes (wire.hpp) know of the watch over them: how to wait so that the death of another
// process ends the waiting.
#pragma once
#include <functional>
#include <string>

namespace inr::parallel {

class Waiter {
 public:
  Waiter() = default;
  virtual ~Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  /// Returns once done() is true; asks it, in the calling thread, again after every call of the notifier. Throws
  /// base::SystemError naming the process that is gone, fell silent or does not come.
  virtual void wait(const std::function<bool()>& done) = 0;
  /// The same where nobody notifies: asks done() again and again, at first without a pause.
  virtual void poll(const std::function<bool()>& done) = 0;
  /// To be called, from any thread, when done() may have become true. Outlives the waiter.
  [[nodiscard]] virtual std::function<void()> notifier() const = 0;
  /// The transport has failed. Throws what the watch knows of the reason, after a grace time in which it may learn it;
  /// else `fault`, which is then told to the others.
  [[noreturn]] virtual void fail(const std::string& fault) = 0;
};

}  // namespace inr::parallel
