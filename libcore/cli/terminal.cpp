// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "base/error.hpp"
#include "cli/deferred_signals.hpp"
#include "cli/interrupt.hpp"
#include "cli/streams.hpp"
#include "cli/terminal_kind.hpp"

namespace inr::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kPatience{1000};  // a slow line to a remote machine; nearly all terminals answer
constexpr size_t kPieceBytes = 4096;                  // between two looks at the signals
constexpr size_t kAnswerBytes = 4096;                 // nobody answers at such length

const char* from_environment(const char* name) { return std::getenv(name); }

int open_terminal() {
  if (stdout_is_terminal()) return STDOUT_FILENO;
  const int fd = ::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) {
    throw base::UsageError(std::string("--show: no terminal; stdout is not one, and /dev/tty cannot be opened: ") +
                           std::strerror(errno) + "; leave --show out, or run this in a terminal");
  }
  return fd;
}

/// Characters arrive one by one and unseen; Ctrl-C stays what it is. The destructor undoes it.
class RawMode {
 public:
  explicit RawMode(int fd) : fd_(fd), changed_(::tcgetattr(fd, &earlier_) == 0) {
    if (!changed_) return;
    termios raw = earlier_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    changed_ = ::tcsetattr(fd, TCSANOW, &raw) == 0;
  }
  ~RawMode() {
    if (changed_) ::tcsetattr(fd_, TCSANOW, &earlier_);
  }
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;
  [[nodiscard]] bool active() const noexcept { return changed_; }

 private:
  int fd_;
  termios earlier_{};
  bool changed_;
};

}  // namespace

Terminal::Terminal(const std::string& how) : fd_(-1) {
  const std::optional<base::Graphics> forced = parse_graphics(how);
  fd_ = open_terminal();
  measure();
  view_.colours = colours_by_environment(from_environment);
  const char* term = std::getenv("TERM");
  view_.moves = term != nullptr && *term != '\0' && std::strcmp(term, "dumb") != 0;
  const std::optional<base::Graphics> known = forced ? forced : graphics_by_environment(from_environment);
  view_.graphics = known ? *known : ask();
}

Terminal::~Terminal() {
  if (fd_ > STDERR_FILENO) ::close(fd_);
}

void Terminal::measure() {
  winsize size{};
  if (::ioctl(fd_, TIOCGWINSZ, &size) != 0) size = {};
  view_.columns = size.ws_col > 0 ? size.ws_col : size_by_environment(from_environment, "COLUMNS", view_.columns);
  view_.lines = size.ws_row > 0 ? size.ws_row : size_by_environment(from_environment, "LINES", view_.lines);
  if (size.ws_col == 0 || size.ws_row == 0) return;
  const int64_t width_px = size.ws_xpixel / size.ws_col, height_px = size.ws_ypixel / size.ws_row;
  if (width_px < 1 || height_px < 1) return;
  view_.cell_width_px = width_px;
  view_.cell_height_px = height_px;
  view_.cell_size_known = true;
}

base::Graphics Terminal::ask() const {
  // Only the foreground may change the modes of its own terminal; others would be stopped.
  const int flags = ::fcntl(fd_, F_GETFL);
  if (flags == -1 || (flags & O_ACCMODE) != O_RDWR || ::tcgetpgrp(fd_) != ::getpgrp()) return base::Graphics::kBlocks;
  const DeferredSignals signals({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP});
  const RawMode raw(fd_);
  int n_waiting = 0;
  if (!raw.active() || ::ioctl(fd_, FIONREAD, &n_waiting) != 0 || n_waiting > 0) return base::Graphics::kBlocks;
  (void)put(std::as_bytes(std::span(graphics_question())));
  std::string text;
  const Clock::time_point end = Clock::now() + kPatience;
  while (signals.noted() == 0 && text.size() < kAnswerBytes) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd state{fd_, POLLIN, 0};
    if (left <= 0) break;
    if (::poll(&state, 1, static_cast<int>(left)) != 1) continue;  // the time is over, or a signal came
    std::array<char, 256> piece{};
    const ssize_t n = ::read(fd_, piece.data(), piece.size());
    if (n <= 0) break;
    text.append(piece.data(), static_cast<size_t>(n));
    if (const Answer answer = read_answer(text); answer.complete) return answer.graphics;
  }
  return base::Graphics::kBlocks;
}

void Terminal::write(std::span<const std::byte> bytes) {
  const DeferredSignals signals({SIGINT, SIGTERM, SIGHUP, SIGQUIT});
  while (!bytes.empty() && signals.noted() == 0)
    bytes = bytes.subspan(put(bytes.first(std::min(bytes.size(), kPieceBytes))));
  if (signals.noted() == 0) return;
  // Ends a string that is open; then a picture of which kitty waits for the rest.
  const bool kitty = view_.graphics == base::Graphics::kKitty;
  const std::string_view end = kitty ? "\033\\\033_Gm=0,q=2;\033\\\033[0m\n" : "\033\\\033[0m\n";
  (void)put(std::as_bytes(std::span(end)));
  throw Interrupted(signals.noted(), std::string("SIG") + ::sigabbrev_np(signals.noted()));
}

size_t Terminal::put(std::span<const std::byte> bytes) const {
  const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
  if (n >= 0) return static_cast<size_t>(n);
  if (errno == EAGAIN) {  // somebody else has made it so
    pollfd state{fd_, POLLOUT, 0};
    (void)::poll(&state, 1, -1);
  } else if (errno != EINTR) {
    throw base::SystemError("the terminal", "write", errno);
  }
  return 0;
}

}  // namespace inr::cli
