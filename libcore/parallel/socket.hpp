// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// TCP sockets that close themselves, and lines of text over them that never block: what the watch (watch.hpp) speaks.
#pragma once
#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace inr::parallel {

using Clock = std::chrono::steady_clock;

/// Seconds as the clock counts them; what is longer than a hundred years is a hundred years.
Clock::duration seconds(double value);
/// The same for libraries, never zero.
std::chrono::milliseconds milliseconds(double value_s);

/// A file descriptor, closed with the object.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) noexcept : fd_(fd) {}
  ~Socket() { close(); }
  Socket(Socket&& other) noexcept : fd_(other.release()) {}
  Socket& operator=(Socket&& other) noexcept;

  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
  int release() noexcept;
  void close() noexcept;

 private:
  int fd_ = -1;
};

/// Connects, again and again until the deadline where nobody listens yet. Throws base::SystemError
/// "HOST:PORT: REASON" with the last reason.
Socket connect_within(const std::string& host, int port, Clock::time_point deadline);

/// Listens on all addresses of this machine, on a free port of the system's choice. Throws base::SystemError.
Socket listen_on_free_port();
int port_of(const Socket& listener);

/// The next connection that waits; not open where there is none.
Socket accept_next(const Socket& listener);

/// Numeric address of this end of a connection; IPv4 in its own form. Empty where the system does not say.
std::string own_address(const Socket& connection);
bool is_loopback(std::string_view address);

/// The connections that this process opens while the object lives. Libraries that wait on theirs without end, and know
/// no call that ends this, are freed by the end of the connections themselves.
class NewConnections {
 public:
  NewConnections() : before_(open_now()) {}
  /// Descriptors of those that are there now and were not before; none where /proc is not there.
  [[nodiscard]] std::vector<int> found() const;
  /// Shuts them down. (A descriptor that was closed since, and is another thing by now: files take no notice.)
  static void end(const std::vector<int>& connections) noexcept;

 private:
  static std::set<int> open_now();
  std::set<int> before_;
};

/// "HOST:PORT", with brackets around a numeric IPv6 address.
std::string host_and_port(const std::string& host, int port);

/// Lines of text in both directions; sending and receiving take what the socket takes now.
class LineChannel {
 public:
  static constexpr size_t kMaxLine = 2000;

  explicit LineChannel(Socket socket) noexcept : socket_(std::move(socket)) {}

  [[nodiscard]] const Socket& socket() const noexcept { return socket_; }
  /// Queues one line (without its end) and sends what can be sent.
  void send(std::string_view line);
  /// Sends what waits. False: the connection is broken.
  bool flush();
  [[nodiscard]] bool has_unsent() const noexcept { return !unsent_.empty(); }
  /// Appends the whole lines that have come. False: the other side has closed, or does not speak in lines.
  bool receive(std::vector<std::string>& lines);
  /// Tells the other side that no more will come.
  void finish_sending() noexcept;

 private:
  Socket socket_;
  std::string unsent_;
  std::string received_;
};

}  // namespace inr::parallel
