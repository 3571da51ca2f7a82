// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The terminal on which a tool shows something that is not its data: stdout where that is one, else /dev/tty, so that
// data may go down a pipe meanwhile.
#pragma once
#include <cstddef>
#include <span>
#include <string>

#include "base/terminal_view.hpp"

namespace inr::cli {

class Terminal {
 public:
  /// how: auto, blocks, kitty or sixel. auto asks the terminal where the environment does not tell, for a second at
  /// most, and not from the background or where something was typed ahead. Its modes are restored whatever happens. The
  /// size is that of the window, else $COLUMNS and $LINES, else 80 x 24. Throws UsageError: how is another word, or
  /// there is no terminal.
  explicit Terminal(const std::string& how);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  [[nodiscard]] const base::TerminalView& view() const noexcept { return view_; }
  /// Writes all of it. SIGINT, SIGTERM, SIGHUP and SIGQUIT cut it short: what is open is closed, attributes are reset,
  /// then the signal has its usual effect, and where the program lives on base::Error is thrown. SystemError where the
  /// terminal has gone.
  void write(std::span<const std::byte> bytes);

 private:
  void measure();
  [[nodiscard]] base::Graphics ask() const;
  /// Writes some of it, and tells how many bytes.
  [[nodiscard]] size_t put(std::span<const std::byte> bytes) const;

  int fd_;
  base::TerminalView view_;
};

}  // namespace inr::cli
