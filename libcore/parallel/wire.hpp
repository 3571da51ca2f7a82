// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A transport of tensors between processes: Gloo between processors (gloo_wire.cpp), NCCL between GPUs (the plug-in,
// plugin/nccl_wire.cpp). All ranks start the same transfers in the same order.
#pragma once
#include <ATen/core/Tensor.h>

#include <memory>

namespace inr::parallel {

/// A transfer under way. It keeps its tensor alive, waited for or not.
class Transfer {
 public:
  Transfer() = default;
  virtual ~Transfer() = default;
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Returns when the tensor holds the result; throws as Waiter::wait() does.
  virtual void wait() = 0;
};

class Wire {
 public:
  Wire() = default;
  virtual ~Wire() = default;
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// Replaces a contiguous floating tensor by its sum over the ranks, the same bits on all.
  virtual std::unique_ptr<Transfer> start_sum(const at::Tensor& tensor) = 0;
  /// Replaces a contiguous tensor of bytes by that of rank root.
  virtual std::unique_ptr<Transfer> start_broadcast(const at::Tensor& bytes, int root) = 0;
};

}  // namespace inr::parallel
