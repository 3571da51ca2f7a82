// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Several processes that train one model: sums over c10d (Gloo between processors, NCCL between GPUs) in flat buckets
// [Li et al., "PyTorch Distributed", VLDB 2020], beside a watch that notices at once when one of them is gone.
//
// Collective functions are called by all ranks, in the same order, with the same shapes and dtypes, each from one
// thread. Their results have the same bits on every rank, and the same bits in every run of the same size. A group of
// one returns at once and opens no socket.
//
// Every collective function throws base::SystemError, in one line that names the process, where another one has died,
// stopped with an error or fallen silent (Launch::timeout_s), or does not come (Launch::patience_s). The group is of no
// use from then on; destroying it tells the others.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "parallel/launch.hpp"

namespace inr::parallel {

/// Bytes that travel together; larger tensors travel in pieces of this size.
inline constexpr int64_t kBucketBytes = int64_t{8} << 20U;

class Averaging;

class Group {
 public:
  /// A group of one.
  Group();
  /// Meets the others: returns when all launch.size processes are there. device: where the tensors of start_average()
  /// lie; for a GPU the NCCL plug-in is loaded (open_device() first). Throws base::SystemError naming the
  /// ranks that did not come within the timeout, or that the address does not answer; base::UsageError where two
  /// processes claim one rank or different sizes.
  explicit Group(const Launch& launch, at::Device device = at::kCPU);
  /// Without close(), the others take it that this process failed.
  ~Group();
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  [[nodiscard]] int rank() const noexcept;
  [[nodiscard]] int size() const noexcept;

  /// Means over the ranks of tensors that come one after the other, as in a backward pass: each bucket travels while
  /// the next ones are computed. One at a time; no other collective call before its finish().
  [[nodiscard]] Averaging start_average();
  /// Element-wise mean of a few numbers (losses, norms).
  [[nodiscard]] std::vector<double> mean(std::vector<double> values);
  /// Replaces every tensor by that of rank root, in place. Dense tensors of any dtype, on the group's device or the
  /// processor.
  void broadcast(std::span<at::Tensor> tensors, int root);
  /// True on all ranks where it is true on at least one: asked once an iteration, it stops all ranks together.
  [[nodiscard]] bool any(bool value);
  /// This process stops for that reason, which concerns all: the others throw the same, as base::UsageError or
  /// base::SystemError. Called by one process, outside of collective functions; the caller throws it itself.
  void end(const base::Error& fault);
  /// The orderly end: all call it, and nothing of the group afterwards. A second call does nothing.
  void close();

  class Impl;

 private:
  friend class Averaging;
  std::unique_ptr<Impl> impl_;  // null: a group of one
};

/// A mean under way. Sums are written back by finish(); destroyed without it, the tensors' values are undefined.
class Averaging {
 public:
  ~Averaging();
  Averaging(Averaging&&) noexcept;
  Averaging& operator=(Averaging&&) = delete;

  /// Takes the value, now, of a dense floating tensor of any shape on the group's device, which finish() replaces by
  /// the mean; it is to be left alone until then. All ranks add in the same order.
  void add(at::Tensor tensor);
  /// Waits; every added tensor then holds its mean.
  void finish();

 private:
  friend class Group;
  struct State;
  explicit Averaging(Group::Impl* group);
  std::unique_ptr<State> state_;
};

}  // namespace inr::parallel
