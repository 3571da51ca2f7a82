// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// SIGINT and SIGTERM as a question that a long loop asks between steps.
#pragma once

namespace inr::cli {

/// While an object lives, the first SIGINT and the first SIGTERM only raise the flag; a second one of the same kind
/// ends the program in the usual way. Earlier handlers come back with the destructor. One object at a time.
class InterruptFlag {
 public:
  InterruptFlag();
  ~InterruptFlag();
  InterruptFlag(const InterruptFlag&) = delete;
  InterruptFlag& operator=(const InterruptFlag&) = delete;

  /// True from the first signal on. Any thread.
  [[nodiscard]] bool raised() const noexcept;
  /// "SIGINT" or "SIGTERM", the first that came; empty before.
  [[nodiscard]] const char* name() const noexcept;
};

}  // namespace inr::cli
