// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Groups of real processes (parallel_member.cpp) on this machine: started, stopped by signals, and what they said.
#pragma once
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <thread>
#include <vector>

#include "support/test.hpp"

namespace inr::test {

/// A socket that is bound to a port of the system's choice on the loopback, and nothing more.
class BoundSocket {
 public:
  BoundSocket() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* name = static_cast<sockaddr*>(static_cast<void*>(&address));
    if (::bind(fd_, name, length) != 0 || ::getsockname(fd_, name, &length) != 0)
      throw std::runtime_error("no free port");
    port_ = ntohs(address.sin_port);
  }
  ~BoundSocket() { ::close(fd_); }
  BoundSocket(const BoundSocket&) = delete;
  BoundSocket& operator=(const BoundSocket&) = delete;
  /// Connections are taken by the system, and nobody ever says a word on them.
  void listen_in_silence() const { ::listen(fd_, 16); }
  [[nodiscard]] int port() const noexcept { return port_; }

 private:
  int fd_ = -1;
  int port_ = 0;
};

inline int free_port() { return BoundSocket().port(); }

using Variables = std::map<std::string, std::string>;

class Process {
 public:
  struct Options {
    int rank = 0;
    int size = 2;
    int port = 0;
    std::string task = "average";
    double timeout_s = 60, patience_s = 600;
    std::string address = "127.0.0.1";
    Variables more = {};  // of the environment
  };

  explicit Process(const Options& options) {
    std::vector<std::string> arguments{INR_PARALLEL_MEMBER, options.task, std::to_string(options.timeout_s),
                                       std::to_string(options.patience_s)};
    Variables variables{{"RANK", std::to_string(options.rank)},
                        {"WORLD_SIZE", std::to_string(options.size)},
                        {"MASTER_ADDR", options.address},
                        {"MASTER_PORT", std::to_string(options.port)},
                        {"OMP_NUM_THREADS", "1"}};
    for (const auto& [name, value] : options.more) variables[name] = value;
    std::vector<std::string> environment;
    for (const auto& [name, value] : variables) environment.push_back(name + "=" + value);
    if (const char* path = std::getenv("LD_LIBRARY_PATH"))
      environment.push_back(std::string("LD_LIBRARY_PATH=") + path);

    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    const int flags = O_WRONLY | O_CREAT | O_APPEND;
    ::posix_spawn_file_actions_addopen(&actions, 1, out_file().c_str(), flags, 0600);
    ::posix_spawn_file_actions_addopen(&actions, 2, err_file().c_str(), flags, 0600);
    const int fault = ::posix_spawn(&pid_, INR_PARALLEL_MEMBER, &actions, nullptr, pointers(arguments).data(),
                                    pointers(environment).data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (fault != 0) throw std::runtime_error("cannot start " INR_PARALLEL_MEMBER);
  }
  ~Process() {
    if (!status_) kill(SIGKILL);
    if (!status_) ::waitpid(pid_, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void kill(int signal) const { ::kill(pid_, signal); }

  /// The exit status (128 + N where signal N ended it); empty where it goes on for longer.
  std::optional<int> wait(double limit_s = 120) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(limit_s);
    while (!status_) {
      int status = 0;
      if (::waitpid(pid_, &status, WNOHANG) == pid_) {
        status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      } else if (std::chrono::steady_clock::now() > end) {
        break;
      } else {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    }
    return status_;
  }
  /// Waits until it has said so. False: it ended, or took longer.
  bool wait_for_text(const std::string& text, double limit_s = 120) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(limit_s);
    while (out().find(text) == std::string::npos) {
      if (std::chrono::steady_clock::now() > end || wait(0.01)) return false;
    }
    return true;
  }
  [[nodiscard]] std::string out() const { return text_of(out_file()); }
  [[nodiscard]] std::string err() const { return text_of(err_file()); }

 private:
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (std::string& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
  }
  static std::string text_of(const std::string& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] std::string out_file() const { return folder_ / "out"; }
  [[nodiscard]] std::string err_file() const { return folder_ / "err"; }

  TemporaryFolder folder_;
  pid_t pid_ = -1;
  std::optional<int> status_;
};

/// Ranks 0 .. size - 1 of one group, except those left out.
class Processes {
 public:
  explicit Processes(Process::Options options, const std::vector<int>& left_out = {}) {
    if (options.port == 0) options.port = free_port();
    port_ = options.port;
    for (int rank = 0; rank < options.size; ++rank) {
      options.rank = rank;
      const bool is_out = std::find(left_out.begin(), left_out.end(), rank) != left_out.end();
      all_.push_back(is_out ? nullptr : std::make_unique<Process>(options));
    }
  }
  Process& operator[](int rank) { return *all_.at(static_cast<size_t>(rank)); }
  [[nodiscard]] int port() const noexcept { return port_; }

  bool wait_for_text(const std::string& text) {
    return std::all_of(all_.begin(), all_.end(), [&](auto& process) { return process->wait_for_text(text); });
  }
  /// All that run, but those given, end with that exit status and one line that holds the text.
  void check_end(int status, const std::string& text, const std::vector<int>& but = {}) {
    for (size_t rank = 0; rank < all_.size(); ++rank) {
      if (all_[rank] == nullptr || std::find(but.begin(), but.end(), static_cast<int>(rank)) != but.end()) continue;
      Process& process = *all_[rank];
      BOOST_TEST_CONTEXT("rank " << rank << " said: " << process.out() << process.err()) {
        BOOST_CHECK_EQUAL(process.wait().value_or(-1), status);
        const std::string err = process.err();
        BOOST_TEST_INFO(err);
        BOOST_CHECK(err.find(text) != std::string::npos);
        BOOST_CHECK_EQUAL(std::count(err.begin(), err.end(), '\n'), text.empty() ? 0 : 1);
      }
    }
  }

 private:
  std::vector<std::unique_ptr<Process>> all_;
  int port_ = 0;
};

}  // namespace inr::test
