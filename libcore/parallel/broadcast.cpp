// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Tensors of one rank to all: as bytes, small ones together, large contiguous ones as they lie.
#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <stdexcept>

#include "parallel/group_impl.hpp"

namespace inr::parallel {
namespace {

/// FNV-1a over what has to be the same on all ranks: order, shapes and dtypes. Below 2^53, exact as a double.
double signature(std::span<const at::Tensor> tensors) {
  uint64_t hash = 14695981039346656037U;
  const auto mix = [&](int64_t value) { hash = (hash ^ static_cast<uint64_t>(value)) * 1099511628211U; };
  for (const at::Tensor& tensor : tensors) {
    mix(static_cast<int64_t>(tensor.scalar_type()));
    mix(tensor.dim());
    for (const int64_t extent : tensor.sizes()) mix(extent);
  }
  return static_cast<double>(hash >> 12U);
}

/// Processes that started from different files would otherwise take each other's bytes for what they are not.
void check_signatures(Group::Impl& group, std::span<const at::Tensor> tensors) {
  std::vector<double> all(static_cast<size_t>(group.launch.size), 0.0);
  all[static_cast<size_t>(group.launch.rank)] = signature(tensors);
  all = group.sum(all);
  for (size_t rank = 1; rank < all.size(); ++rank) {
    if (all[rank] == all[0]) continue;
    group.meeting.watch->end_all(
        "rank " + std::to_string(rank) + " of " + std::to_string(all.size()) +
        " holds tensors of other shapes than rank 0; start all with the same options and files");
  }
}

at::Tensor as_bytes(const at::Tensor& tensor) { return tensor.contiguous().view(-1).view(at::kByte); }

void send_large(Group::Impl& group, const at::Tensor& tensor, int root) {
  const at::Tensor flat = tensor.contiguous();
  const at::Tensor bytes = as_bytes(flat);
  std::vector<std::unique_ptr<Transfer>> transfers;
  for (int64_t begin = 0; begin < bytes.numel(); begin += kBucketBytes) {
    const int64_t length = std::min(kBucketBytes, bytes.numel() - begin);
    transfers.push_back(group.wire().start_broadcast(bytes.narrow(0, begin, length), root));
  }
  for (const auto& transfer : transfers) transfer->wait();
  if (!flat.is_same(tensor)) at::Tensor(tensor).copy_(flat);
}

void send_together(Group::Impl& group, const std::vector<at::Tensor>& tensors, int root) {
  if (tensors.empty()) return;
  std::vector<at::Tensor> parts;
  for (const at::Tensor& tensor : tensors) parts.push_back(as_bytes(tensor));
  const at::Tensor all = at::cat(parts);
  group.wire().start_broadcast(all, root)->wait();
  if (group.launch.rank == root) return;
  int64_t at = 0;
  for (const at::Tensor& tensor : tensors) {
    const int64_t length = tensor.numel() * tensor.element_size();
    // A piece of memory of its own: bytes in the middle need not be aligned for wider types.
    const at::Tensor own = all.narrow(0, at, length).clone();
    at::Tensor(tensor).copy_(own.view(tensor.scalar_type()).view(tensor.sizes()));
    at += length;
  }
}

}  // namespace

void Group::broadcast(std::span<at::Tensor> tensors, int root) {
  if (root < 0 || root >= size()) throw std::invalid_argument("Group::broadcast: no such rank");
  if (!impl_) return;
  const at::NoGradGuard no_grad;
  check_signatures(*impl_, tensors);
  impl_->meeting.watch->begin_exchange();
  std::vector<at::Tensor> small;
  int64_t n_small_bytes = 0;
  for (const at::Tensor& attached : tensors) {
    const at::Tensor tensor = attached.detach();
    const int64_t n_bytes = tensor.numel() * tensor.element_size();
    if (n_bytes == 0) continue;
    if (n_bytes >= kBucketBytes) {
      send_large(*impl_, tensor, root);
      continue;
    }
    if (n_small_bytes + n_bytes > kBucketBytes) {
      send_together(*impl_, std::exchange(small, {}), root);
      n_small_bytes = 0;
    }
    small.push_back(tensor);
    n_small_bytes += n_bytes;
  }
  send_together(*impl_, small, root);
}

}  // namespace inr::parallel
