// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// SIGINT, SIGTERM and SIGHUP as a question that a long loop asks between steps.
#pragma once
#include <string>

#include "base/error.hpp"

namespace inr::cli {

/// Thrown where a signal ends the work and nothing is kept to go on with. run_tool says "interrupted by SIGTERM", and
/// once all is tidied up ends the program by that signal, so that a shell's loop around it stops as well.
class Interrupted : public base::Error {
 public:
  Interrupted(int number, const std::string& name)
      : base::Error(base::ExitCode::kFailed, "interrupted by " + name), number_(number) {}
  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  int number_;
};

/// While an object lives, the first SIGINT, SIGTERM and SIGHUP (where that is not ignored) only raise the flag; a
/// second one of the same kind ends the program in the usual way. Earlier handlers come back with the destructor. One
/// object at a time.
class InterruptFlag {
 public:
  InterruptFlag();
  /// For a program whose end takes a while. The first signal also writes the notice, a line of text, to stderr at once
  /// (none where it is empty); any signal later than a second after it ends the program, since one Ctrl-C may arrive
  /// twice, from the terminal and from a launcher.
  explicit InterruptFlag(std::string notice);
  ~InterruptFlag();
  InterruptFlag(const InterruptFlag&) = delete;
  InterruptFlag& operator=(const InterruptFlag&) = delete;

  /// All is saved: from here to the end of the program signals change nothing, its exit status neither.
  void settle() noexcept;
  /// True from the first signal on. Any thread.
  [[nodiscard]] bool raised() const noexcept;
  /// Throws Interrupted where it is raised.
  void throw_if_raised() const;
  /// Returns when a descriptor has something to be read, or its end; throws Interrupted where the flag is raised
  /// before.
  void wait_for_input(int fd) const;
  /// "SIGINT", "SIGTERM" or "SIGHUP", the first that came; empty before.
  [[nodiscard]] const char* name() const noexcept;

 private:
  std::string notice_;
  bool settled_ = false;
};

}  // namespace inr::cli
