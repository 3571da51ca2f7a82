// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "parallel/gloo_wire.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <future>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

#include "base/error.hpp"
#include "parallel/first_line.hpp"
#include "parallel/freed_call.hpp"

namespace inr::parallel {
namespace {

constexpr auto kLongestEnd = std::chrono::seconds(1);

// The watch ends waits that take too long; Gloo's own limit is only to be later than that.
std::chrono::milliseconds later_than(const Launch& launch) {
  constexpr double kMonth_s = 30 * 86400.0;
  return milliseconds(std::min(2 * launch.patience_s + 2 * launch.timeout_s + 60, kMonth_s));
}

class GlooTransfer final : public Transfer {
 public:
  GlooTransfer(const c10::intrusive_ptr<c10d::Work>& work, Waiter& waiter)
      : future_(work->getFuture()), waiter_(waiter) {
    future_->addCallback([done = done_, notify = waiter.notifier()](c10::ivalue::Future&) {
      done->store(true);
      notify();
    });
  }

  void wait() override {
    waiter_.wait([this] { return done_->load(); });
    if (!future_->hasError()) return;
    try {
      std::rethrow_exception(future_->exception_ptr());
    } catch (const std::exception& fault) {
      waiter_.fail("an exchange failed: " + first_line(fault));
    }
  }

 private:
  c10::intrusive_ptr<c10::ivalue::Future> future_;
  Waiter& waiter_;
  std::shared_ptr<std::atomic<bool>> done_ = std::make_shared<std::atomic<bool>>(false);
};

class GlooWire final : public Wire {
 public:
  GlooWire(const GroupStore& store, const Launch& launch, const std::string& address, Waiter& waiter)
      : waiter_(waiter), limit_(later_than(launch)) {
    const NewConnections connections;
    // For a signal that comes meanwhile: the threads of Gloo are started by a thread that takes none.
    const auto connect = [&] {
      try {
        auto options = c10d::ProcessGroupGloo::Options::create(milliseconds(launch.timeout_s));
        options->devices.push_back(launch.interface.empty()
                                       ? c10d::ProcessGroupGloo::createDeviceForHostname(address)
                                       : c10d::ProcessGroupGloo::createDeviceForInterface(launch.interface));
        group_ = c10::make_intrusive<c10d::ProcessGroupGloo>(store.store, launch.rank, launch.size, options);
      } catch (const std::exception& fault) {
        waiter.fail("cannot connect to the others: " + first_line(fault));
      }
    };
    call_freed(
        connect, waiter.notifier(), [&](const auto& done) { waiter.wait(done); }, store.connections);
    connections_ = connections.found();
  }

  /// Gloo waits for its transfers to end. Those that wait for a process that does not come end with their connections,
  /// but not all of them: a thread of their own keeps waiting then, and ends with the program.
  ~GlooWire() override {
    NewConnections::end(connections_);
    auto ended = std::make_shared<std::promise<void>>();
    const std::future<void> end = ended->get_future();
    const QuietThreads quiet;
    std::thread([group = std::move(group_), ended]() mutable {
      group.reset();
      ended->set_value();
    }).detach();
    end.wait_for(kLongestEnd);
  }

  std::unique_ptr<Transfer> start_sum(const at::Tensor& tensor) override {
    c10d::AllreduceOptions options;
    options.timeout = limit_;
    std::vector<at::Tensor> tensors{tensor};
    return start([&] { return group_->allreduce(tensors, options); });
  }

  std::unique_ptr<Transfer> start_broadcast(const at::Tensor& bytes, int root) override {
    c10d::BroadcastOptions options;
    options.rootRank = root;
    options.timeout = limit_;
    std::vector<at::Tensor> tensors{bytes};
    return start([&] { return group_->broadcast(tensors, options); });
  }

 private:
  template <typename Start>
  std::unique_ptr<Transfer> start(const Start& start_work) {
    c10::intrusive_ptr<c10d::Work> work;
    try {
      work = start_work();
    } catch (const std::exception& fault) {
      waiter_.fail("an exchange failed: " + first_line(fault));
    }
    return std::make_unique<GlooTransfer>(work, waiter_);
  }

  Waiter& waiter_;
  std::chrono::milliseconds limit_;
  c10::intrusive_ptr<c10d::ProcessGroupGloo> group_;
  std::vector<int> connections_;
};

}  // namespace

std::unique_ptr<Wire> open_gloo_wire(const GroupStore& store, const Launch& launch, const std::string& address,
                                     Waiter& waiter) {
  return std::make_unique<GlooWire>(store, launch, address, waiter);
}

}  // namespace inr::parallel
