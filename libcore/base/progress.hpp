// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A progress bar on stderr: drawn only on a terminal and not under --quiet, with rate and time left, at most ten times
// a second.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

namespace inr::base {

class Progress {
 public:
  /// total 0 = unknown. unit: "images", "rows", "it".
  Progress(std::string what, uint64_t total, std::string unit);
  ~Progress();  // clears the line; never throws
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// done so far (absolute); note is shown at the end of the line ("loss_d 0.71").
  void update(uint64_t done, const std::string& note = {});
  /// Clears the line so that a log message can be printed; the next update draws it again.
  void clear();

 private:
  std::string what_, unit_;
  uint64_t total_;
  bool active_;
  bool drawn_ = false;
  uint64_t first_ = 0;
  bool started_ = false;
  std::chrono::steady_clock::time_point start_, last_;
};

}  // namespace inr::base
