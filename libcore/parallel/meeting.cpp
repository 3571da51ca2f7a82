// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "parallel/meeting.hpp"

#include <c10/util/Logging.h>

#include <cstdlib>
#include <random>
#include <sstream>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "base/error.hpp"
#include "parallel/first_line.hpp"
#include "parallel/freed_call.hpp"
#include "parallel/watch_state.hpp"

namespace inr::parallel {
namespace {

constexpr const char* kWatchKey = "watch";
constexpr auto kLongestPause = std::chrono::microseconds(20000);
constexpr const char* kCheck = "; check MASTER_ADDR and MASTER_PORT";

/// c10d reports its retries and broken connections in lines of its own; here they come as one error.
void quieten_c10d() {
  if (std::getenv("TORCH_CPP_LOG_LEVEL") == nullptr) FLAGS_caffe2_log_level = 3;
}

std::string place(const Launch& launch) { return host_and_port(launch.master_addr, launch.master_port); }

/// Gives a call up at the deadline with an exception of type Late.
struct Late {};
void call_until(Clock::time_point deadline, const std::function<void()>& call, const std::vector<int>& older = {}) {
  const auto wait = [&](const std::function<bool()>& done) {
    for (auto pause = std::chrono::microseconds(100); !done(); pause = std::min(2 * pause, kLongestPause)) {
      if (Clock::now() > deadline) throw Late();
      std::this_thread::sleep_for(pause);
    }
  };
  call_freed(
      call, [] {}, wait, older);
}

/// The store is there, or its connection fails; what else may answer at that port is given up at the deadline.
GroupStore open_store(const Launch& launch, Clock::time_point deadline) {
  const bool serves = launch.rank == 0 && !launch.store_is_served;
  if (!serves) {
    try {
      connect_within(launch.master_addr, launch.master_port, deadline);
    } catch (const base::SystemError& fault) {
      throw base::SystemError((launch.store_is_served ? "torchrun" : rank_name(0, launch.size)) +
                              " does not answer within " + seconds_text(launch.timeout_s) + " at " + fault.what() +
                              kCheck);
    }
  }
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(launch.master_port);
  options.isServer = serves;
  options.waitWorkers = false;
  options.timeout = milliseconds(launch.timeout_s);
  const NewConnections connections;
  GroupStore out;
  std::string fault;
  try {
    call_until(deadline, [&] {
      // Rank 0 serves all addresses of its machine, and reaches itself whatever the others call it.
      const std::string host = serves ? "127.0.0.1" : launch.master_addr;
      const auto store = c10::make_intrusive<c10d::TCPStore>(host, options);
      out.store = c10::make_intrusive<c10d::PrefixStore>("inr/" + std::to_string(launch.attempt), store);
    });
  } catch (const Late&) {
    fault = "what answers there does not say within " + seconds_text(launch.timeout_s) + " that it is one";
  } catch (const std::exception& thrown) {
    fault = first_line(thrown);
    if (fault.find("EADDRINUSE") != std::string::npos) fault = "the port is in use";
  }
  if (!fault.empty()) throw base::SystemError("no group of processes at " + place(launch) + ": " + fault + kCheck);
  out.connections = connections.found();
  return out;
}

std::string random_token() {
  std::random_device source;
  std::ostringstream out;
  for (int i = 0; i < 4; ++i) out << std::hex << source();
  return out.str();
}

struct WatchPlace {
  int port = 0;
  std::string token;
};

WatchPlace ask_for_watch(const GroupStore& store, const Launch& launch, Clock::time_point deadline) {
  std::string text;
  const std::string absent =
      rank_name(0, launch.size) + " did not come within " + seconds_text(launch.timeout_s) + " at " + place(launch);
  try {
    const auto ask = [&] {
      const std::vector<uint8_t> bytes = store.store->get(kWatchKey);
      text.assign(bytes.begin(), bytes.end());
    };
    call_until(deadline, ask, store.connections);
  } catch (const Late&) {
    throw base::SystemError(absent);
  } catch (const std::exception& fault) {
    throw base::SystemError(absent + " (" + first_line(fault) + ")");
  }
  WatchPlace found;
  if (!(std::istringstream(text) >> found.port >> found.token))
    throw base::SystemError("another program's store answers at " + place(launch) + kCheck);
  return found;
}

std::unique_ptr<Watch> open_watch(const GroupStore& store, const Launch& launch, Clock::time_point deadline) {
  if (launch.rank == 0) {
    const std::string token = random_token();
    Socket listener = listen_on_free_port();
    const std::string text = std::to_string(port_of(listener)) + " " + token;
    auto watch = std::make_unique<Watch>(launch, std::move(listener), token);
    try {
      store.store->set(kWatchKey, std::vector<uint8_t>(text.begin(), text.end()));
    } catch (const std::exception& fault) {
      throw base::SystemError("the store of the group at " + place(launch) + " failed: " + first_line(fault));
    }
    return watch;
  }
  const WatchPlace found = ask_for_watch(store, launch, deadline);
  try {
    return std::make_unique<Watch>(launch, connect_within(launch.master_addr, found.port, deadline), found.token);
  } catch (const base::SystemError& fault) {
    throw base::SystemError(rank_name(0, launch.size) + " does not answer at " + fault.what());
  }
}

}  // namespace

Meeting meet(const Launch& launch) {
  quieten_c10d();
  const Clock::time_point deadline = Clock::now() + seconds(launch.timeout_s);
  Meeting meeting;
  meeting.store = open_store(launch, deadline);
  meeting.watch = open_watch(meeting.store, launch, deadline);
  meeting.address = meeting.watch->meet();
  return meeting;
}

}  // namespace inr::parallel
