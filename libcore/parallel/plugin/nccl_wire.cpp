// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Transfers between GPUs: NCCL without blocking calls [NCCL user guide, "Fault tolerance"], on a stream of its own, so
// that they go on beside the computation. Every wait asks NCCL and the watch in turn; where another process is gone,
// the communicator is aborted, which frees the GPU from kernels that wait for it.
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>
#include <nccl.h>

#include <memory>
#include <string>

#include "base/error.hpp"
#include "parallel/first_line.hpp"
#include "parallel/nccl_plugin.hpp"

namespace inr::parallel {
namespace {

void check(cudaError_t status, const char* action) {
  if (status == cudaSuccess) return;
  throw base::SystemError(std::string("CUDA cannot ") + action + ": " + cudaGetErrorString(status));
}

std::string nccl_text(ncclResult_t status, ncclComm_t communicator) {
  const char* last = ncclGetLastError(communicator);
  const std::string more = last == nullptr || *last == '\0' ? "" : std::string(" (") + last + ")";
  return base::printable(std::string(ncclGetErrorString(status)) + more, 300);
}

ncclDataType_t nccl_type(at::ScalarType dtype) {
  switch (dtype) {
    case at::kByte:
      return ncclUint8;
    case at::kFloat:
      return ncclFloat32;
    case at::kDouble:
      return ncclFloat64;
    default:
      throw std::invalid_argument("NCCL transfers no tensors of this type here");
  }
}

/// An event of the GPU: a place in a stream that can be asked for.
class Event {
 public:
  Event() { check(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming), "make an event"); }
  ~Event() { cudaEventDestroy(event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  void record(cudaStream_t stream) const { check(cudaEventRecord(event_, stream), "record an event"); }
  void hold_back(cudaStream_t stream) const { check(cudaStreamWaitEvent(stream, event_, 0), "wait for an event"); }
  [[nodiscard]] bool is_reached() const {
    const cudaError_t status = cudaEventQuery(event_);
    if (status == cudaErrorNotReady) return false;
    check(status, "finish a transfer");
    return true;
  }

 private:
  cudaEvent_t event_ = nullptr;
};

class NcclWire;

class NcclTransfer final : public Transfer {
 public:
  NcclTransfer(NcclWire& wire, at::Tensor tensor) : wire_(wire), tensor_(std::move(tensor)) {}
  void wait() override;
  void record(cudaStream_t stream) const { done_.record(stream); }

 private:
  NcclWire& wire_;
  at::Tensor tensor_;  // its memory is in use until done
  Event done_;
};

class NcclWire final : public Wire {
 public:
  explicit NcclWire(const NcclStart& start)
      : device_(start.device),
        waiter_(*start.waiter),
        stream_(c10::cuda::getStreamFromPool(/*isHighPriority=*/true, device_.index())) {
    const c10::cuda::CUDAGuard guard(device_);
    ncclUniqueId id{};
    ncclResult_t status = start.rank == 0 ? ncclGetUniqueId(&id) : ncclSuccess;
    if (status != ncclSuccess) waiter_.fail("NCCL cannot start: " + nccl_text(status, nullptr));
    start.from_rank_0(std::as_writable_bytes(std::span(&id, 1)));
    ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
    config.blocking = 0;
    status = ncclCommInitRankConfig(&communicator_, start.size, id, start.rank, &config);
    try {
      await(status, "connect the GPUs");
    } catch (...) {
      if (communicator_ != nullptr) ncclCommAbort(communicator_);
      throw;
    }
  }
  // Nothing is under way after an orderly end, and after a failure nothing else ends what is.
  ~NcclWire() override { ncclCommAbort(communicator_); }

  std::unique_ptr<Transfer> start_sum(const at::Tensor& tensor) override {
    return start(tensor, "add up", [&](void* data, size_t n, ncclDataType_t type) {
      return ncclAllReduce(data, data, n, type, ncclSum, communicator_, stream_);
    });
  }

  std::unique_ptr<Transfer> start_broadcast(const at::Tensor& bytes, int root) override {
    return start(bytes, "broadcast", [&](void* data, size_t n, ncclDataType_t type) {
      return ncclBroadcast(data, data, n, type, root, communicator_, stream_);
    });
  }

  /// Waits until the GPU has reached the event; throws where NCCL or the watch reports a fault.
  void wait(const Event& done) {
    ncclResult_t status = ncclSuccess;
    waiter_.poll([&] {
      if (done.is_reached()) return true;
      if (ncclCommGetAsyncError(communicator_, &status) != ncclSuccess) status = ncclInternalError;
      return status != ncclSuccess && status != ncclInProgress;
    });
    if (status != ncclSuccess && status != ncclInProgress) fail(status, "finish a transfer");
  }

 private:
  template <typename Call>
  std::unique_ptr<Transfer> start(const at::Tensor& tensor, const char* action, const Call& call) {
    const c10::cuda::CUDAGuard guard(device_);
    auto transfer = std::make_unique<NcclTransfer>(*this, tensor);
    Event computed;  // what the tensor holds
    computed.record(c10::cuda::getCurrentCUDAStream(device_.index()));
    computed.hold_back(stream_);
    await(call(tensor.data_ptr(), static_cast<size_t>(tensor.numel()), nccl_type(tensor.scalar_type())), action);
    transfer->record(stream_);
    return transfer;
  }

  /// Waits until a call that does not block has taken place.
  void await(ncclResult_t status, const char* action) {
    if (status == ncclInProgress) {
      waiter_.poll([&] {
        if (ncclCommGetAsyncError(communicator_, &status) != ncclSuccess) status = ncclInternalError;
        return status != ncclInProgress;
      });
    }
    if (status != ncclSuccess) fail(status, action);
  }

  void fail(ncclResult_t status, const char* action) {
    waiter_.fail(std::string("NCCL cannot ") + action + ": " + nccl_text(status, communicator_));
  }

  at::Device device_;
  Waiter& waiter_;
  c10::cuda::CUDAStream stream_;
  ncclComm_t communicator_ = nullptr;
};

void NcclTransfer::wait() { wire_.wait(done_); }

}  // namespace
}  // namespace inr::parallel

extern "C" __attribute__((visibility("default"))) std::unique_ptr<inr::parallel::Wire> inr_open_nccl_wire(
    const inr::parallel::NcclStart& start);

std::unique_ptr<inr::parallel::Wire> inr_open_nccl_wire(const inr::parallel::NcclStart& start) {
  try {
    return std::make_unique<inr::parallel::NcclWire>(start);
  } catch (const c10::Error& fault) {
    throw inr::base::SystemError(inr::parallel::first_line(fault));
  }
}
