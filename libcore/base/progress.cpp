// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// One line, drawn over itself: "rows  [#####     ]  512/1024  50%  103 rows/s  0:04 left  NOTE".
#include "base/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/log.hpp"

namespace inr::base {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kRedraw{100};
constexpr size_t kBarChars = 20;
constexpr double kMaxShownSeconds = 1e6;  // beyond ten days a guess says nothing

std::string format_number(double value) {
  char text[32];
  const int n = std::snprintf(text, sizeof text, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
  return {text, static_cast<size_t>(std::max(n, 0))};
}

std::string format_time(double seconds) {
  const auto whole = static_cast<uint64_t>(std::llround(seconds));
  const uint64_t hours = whole / 3600, minutes = whole / 60 % 60;
  const auto two = [](uint64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return hours > 0 ? std::to_string(hours) + ":" + two(minutes) + ":" + two(whole % 60)
                   : std::to_string(minutes) + ":" + two(whole % 60);
}

bool is_usable_terminal() {
  const char* term = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && (term == nullptr || std::string_view(term) != "dumb");
}

size_t terminal_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// Work goes on where the terminal refuses the progress bar.
void draw(std::string_view text) { (void)!::write(STDERR_FILENO, text.data(), text.size()); }

}  // namespace

Progress::Progress(std::string what, uint64_t total, std::string unit)
    : what_(std::move(what)),
      unit_(std::move(unit)),
      total_(total),
      active_(is_usable_terminal() && log_level() != LogLevel::kQuiet) {}

Progress::~Progress() { clear(); }

void Progress::clear() {
  if (drawn_) draw("\r\033[K");
  drawn_ = false;
}

void Progress::update(uint64_t done, const std::string& note) {
  if (!active_) return;
  const Clock::time_point now = Clock::now();
  if (!started_) {
    // What was done before the first call (a resumed run) does not count for the rate.
    started_ = true;
    first_ = done;
    start_ = now;
  } else if (now - last_ < kRedraw) {
    return;
  }
  last_ = now;

  std::string line = what_ + "  ";
  if (total_ > 0) {
    const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total_));
    const auto n_full = static_cast<size_t>(share * static_cast<double>(kBarChars));
    line += "[" + std::string(n_full, '#') + std::string(kBarChars - n_full, ' ') + "]  " + std::to_string(done) + "/" +
            std::to_string(total_) + "  " + std::to_string(static_cast<int>(share * 100)) + "%";
  } else {
    line += std::to_string(done) + " " + unit_;
  }
  const double seconds = std::chrono::duration<double>(now - start_).count();
  if (done > first_ && seconds > 0) {
    const double rate = static_cast<double>(done - first_) / seconds;
    line += "  " + format_number(rate) + " " + unit_ + "/s";
    if (total_ > done && static_cast<double>(total_ - done) < rate * kMaxShownSeconds) {
      line += "  " + format_time(static_cast<double>(total_ - done) / rate) + " left";
    }
  }
  if (!note.empty()) line += "  " + note;
  // One column is left free: a full line would wrap on some terminals.
  const size_t columns = std::max<size_t>(terminal_columns(), 8) - 1;
  if (line.size() > columns) line = printable(line, columns - 3);
  draw("\r" + line + "\033[K");
  drawn_ = true;
}

}  // namespace inr::base
