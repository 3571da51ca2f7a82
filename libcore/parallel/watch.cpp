// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "parallel/watch.hpp"

#include "base/error.hpp"
#include "parallel/signals.hpp"
#include "parallel/watch_threads.hpp"

namespace inr::parallel {
namespace {

// A transport whose connection breaks learns of a death before the watch does.
constexpr double kGrace_s = 5;

constexpr auto kSpin = std::chrono::milliseconds(20);
constexpr auto kPause = std::chrono::microseconds(50);

template <typename Loop>
std::thread start_thread(const std::shared_ptr<WatchState>& state, std::unique_ptr<Loop> loop) {
  const QuietThreads quiet;
  return std::thread([state, loop = std::move(loop)] {
    try {
      loop->run();
    } catch (const std::exception& fault) {
      state->set_fault({std::string("the watch over the processes broke: ") + fault.what()});
    }
  });
}

}  // namespace

Watch::Watch(const Launch& launch, Socket socket, const std::string& token)
    : state_(std::make_shared<WatchState>(launch)),
      thread_(launch.rank == 0
                  ? start_thread(state_, std::make_unique<WatchHub>(state_, std::move(socket), token))
                  : start_thread(state_, std::make_unique<WatchMember>(state_, std::move(socket), token))) {}

Watch::~Watch() {
  state_->set_fault({state_->name + " stopped with an error"});
  state_->wake();
  thread_.join();
}

std::string Watch::meet() {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [this] { return state_->met || state_->fault; });  // rank 0 decides within the timeout
  if (state_->fault) throw_fault();
  return state_->address;
}

void Watch::begin_exchange() {
  const std::lock_guard lock(state_->mutex);
  ++state_->exchange;
}

void Watch::part() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->leaving = true;
  }
  state_->wake();
  wait([this] { return state_->parted; });
}

void Watch::wait(const std::function<bool()>& done) {
  std::unique_lock lock(state_->mutex);
  const auto is_over = [&] { return done() || state_->fault; };
  if (!state_->changed.wait_for(lock, seconds(state_->launch.patience_s), is_over)) end_patience(lock);
  if (!done()) throw_fault();
}

void Watch::poll(const std::function<bool()>& done) {
  const Clock::time_point start = Clock::now();
  const auto patience = seconds(state_->launch.patience_s);
  while (!done()) {
    const auto waited = Clock::now() - start;
    if (waited > kSpin) std::this_thread::sleep_for(kPause);
    std::unique_lock lock(state_->mutex);
    if (!state_->fault && waited > patience) end_patience(lock);
    if (state_->fault) throw_fault();
  }
}

void Watch::end_patience(std::unique_lock<std::mutex>& lock) {
  state_->late = state_->exchange;
  state_->wake();
  state_->changed.wait_for(lock, seconds(state_->launch.timeout_s), [this] { return state_->fault.has_value(); });
  if (!state_->fault) state_->fault = Fault{state_->name + ": an exchange does not end"};
}

std::function<void()> Watch::notifier() const {
  return [state = state_] {
    // Under the mutex: a waiting thread cannot be between its question and its sleep.
    const std::lock_guard lock(state->mutex);
    state->changed.notify_all();
  };
}

void Watch::tell_all(const std::string& fault, bool is_wrong_use) {
  state_->set_fault({fault, is_wrong_use});
  state_->wake();
}

void Watch::fail(const std::string& fault) {
  {
    std::unique_lock lock(state_->mutex);
    const double grace_s = std::min(kGrace_s, state_->launch.timeout_s);
    state_->changed.wait_for(lock, seconds(grace_s), [this] { return state_->fault.has_value(); });
    if (!state_->fault) state_->fault = Fault{state_->name + ": " + fault};
  }
  state_->wake();
  throw_fault();
}

void Watch::throw_fault() const {
  const Fault& fault = *state_->fault;  // set once
  if (fault.usage) throw base::UsageError(fault.text);
  throw base::SystemError(fault.text);
}

}  // namespace inr::parallel
