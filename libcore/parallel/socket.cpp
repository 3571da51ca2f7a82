// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "parallel/socket.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <thread>
#include <utility>

#include "base/error.hpp"

namespace inr::parallel {
namespace {

constexpr double kHundredYears_s = 3.2e9;
constexpr auto kRetry = std::chrono::milliseconds(100);
constexpr auto kOneAttempt = std::chrono::seconds(10);

std::string error_text(int error_number) {
  std::array<char, 128> buffer{};
  return ::strerror_r(error_number, buffer.data(), buffer.size());
}

int milliseconds_until(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<int64_t>(left, 0, 1 << 30U));
}

/// One attempt at one address; the reason where the socket returned is not open.
Socket try_address(const addrinfo& address, Clock::time_point deadline, std::string& reason) {
  Socket socket(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  int fault = socket.is_open() ? 0 : errno;
  if (fault == 0 && ::connect(socket.fd(), address.ai_addr, address.ai_addrlen) != 0) fault = errno;
  if (fault == EINPROGRESS) {
    pollfd waiting{socket.fd(), POLLOUT, 0};
    fault = ::poll(&waiting, 1, milliseconds_until(deadline)) > 0 ? 0 : ETIMEDOUT;
    socklen_t length = sizeof fault;
    if (fault == 0 && ::getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &fault, &length) != 0) fault = errno;
  }
  if (fault == 0) return socket;
  reason = error_text(fault);
  return {};
}

void send_at_once(const Socket& socket) {
  const int on = 1;  // where it cannot be set, lines come a little later
  ::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

using NameFunction = int (*)(int, sockaddr*, socklen_t*);

struct Endpoint {
  std::string address;
  std::string port;
};

/// Numeric; empty where the system does not say.
Endpoint endpoint(int fd, NameFunction get_name) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  auto* name = static_cast<sockaddr*>(static_cast<void*>(&storage));
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (get_name(fd, name, &length) != 0 ||
      ::getnameinfo(name, length, host.data(), host.size(), port.data(), port.size(), NI_NUMERICHOST | NI_NUMERICSERV))
    return {};
  const std::string text = host.data();
  return {text.starts_with("::ffff:") ? text.substr(7) : text, port.data()};
}

}  // namespace

Clock::duration seconds(double value) {
  return std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(std::clamp(value, 0.0, kHundredYears_s)));
}

std::chrono::milliseconds milliseconds(double value_s) {
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(seconds(value_s)), std::chrono::milliseconds(1));
}

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = other.release();
  }
  return *this;
}

int Socket::release() noexcept { return std::exchange(fd_, -1); }

void Socket::close() noexcept {
  if (fd_ >= 0) ::close(fd_);  // nothing of value is lost where this fails: lines that matter are answered
  fd_ = -1;
}

Socket connect_within(const std::string& host, int port, Clock::time_point deadline) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  for (std::string reason;;) {
    addrinfo* found = nullptr;
    const int fault = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
    if (fault != 0) {
      reason = fault == EAI_SYSTEM ? error_text(errno) : ::gai_strerror(fault);
    } else {
      const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> keep(found, &::freeaddrinfo);
      for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
        Socket socket = try_address(*one, std::min(deadline, Clock::now() + kOneAttempt), reason);
        if (!socket.is_open()) continue;
        send_at_once(socket);
        return socket;
      }
    }
    if (Clock::now() + kRetry >= deadline) throw base::SystemError(host_and_port(host, port) + ": " + reason);
    std::this_thread::sleep_for(kRetry);
  }
}

Socket listen_on_free_port() {
  // One socket for both families; a kernel without IPv6 has IPv4 alone.
  Socket socket(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  int fault = -1;
  if (socket.is_open()) {
    const int off = 0;
    ::setsockopt(socket.fd(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    fault = ::bind(socket.fd(), static_cast<sockaddr*>(static_cast<void*>(&any)), sizeof any);
  }
  if (fault != 0) {
    socket = Socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in any{};
    any.sin_family = AF_INET;
    fault = ::bind(socket.fd(), static_cast<sockaddr*>(static_cast<void*>(&any)), sizeof any);
  }
  if (fault != 0 || ::listen(socket.fd(), SOMAXCONN) != 0)
    throw base::SystemError("group of processes", "listen on a free port", errno);
  return socket;
}

int port_of(const Socket& listener) {
  const std::string port = endpoint(listener.fd(), &::getsockname).port;
  if (port.empty()) throw base::SystemError("group of processes", "find its own port", errno);
  return std::stoi(port);
}

Socket accept_next(const Socket& listener) {
  Socket socket(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (socket.is_open()) send_at_once(socket);
  return socket;
}

std::string own_address(const Socket& connection) { return endpoint(connection.fd(), &::getsockname).address; }

bool is_loopback(std::string_view address) { return address.starts_with("127.") || address == "::1"; }

// An entry of the folder that is gone by the time of the question, or is no connection, has no peer.
std::set<int> NewConnections::open_now() {
  std::set<int> out;
  std::error_code fault;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", fault)) {
    const int fd = std::atoi(entry.path().filename().c_str());
    if (!endpoint(fd, &::getpeername).address.empty()) out.insert(fd);
  }
  return out;
}

std::vector<int> NewConnections::found() const {
  std::vector<int> out;
  for (const int fd : open_now())
    if (!before_.contains(fd)) out.push_back(fd);
  return out;
}

void NewConnections::end(const std::vector<int>& connections) noexcept {
  for (const int fd : connections) ::shutdown(fd, SHUT_RDWR);
}

std::string host_and_port(const std::string& host, int port) {
  const bool needs_brackets = host.find(':') != std::string::npos;
  return (needs_brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

void LineChannel::send(std::string_view line) {
  unsent_.append(line.substr(0, kMaxLine - 1));
  unsent_ += '\n';
  flush();
}

bool LineChannel::flush() {
  while (!unsent_.empty()) {
    const ssize_t n = ::send(socket_.fd(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    unsent_.erase(0, static_cast<size_t>(n));
  }
  return true;
}

bool LineChannel::receive(std::vector<std::string>& lines) {
  std::array<char, 4096> buffer{};
  bool open = true;
  while (open) {
    const ssize_t n = ::recv(socket_.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    open = n > 0;
    if (open) received_.append(buffer.data(), static_cast<size_t>(n));
    for (size_t end = received_.find('\n'); end != std::string::npos; end = received_.find('\n')) {
      lines.push_back(received_.substr(0, end));
      received_.erase(0, end + 1);
    }
    if (received_.size() > kMaxLine) open = false;
  }
  return open;
}

void LineChannel::finish_sending() noexcept { ::shutdown(socket_.fd(), SHUT_WR); }

}  // namespace inr::parallel
