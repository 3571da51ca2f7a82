// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Means in buckets. Small tensors are copied together, large contiguous ones travel as they lie; every bucket starts as
// soon as it is full. Which numbers meet in which bucket depends on shapes and order alone.
#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "parallel/group_impl.hpp"

namespace inr::parallel {

struct Averaging::State {
  /// What travels together: a bucket with the tensors copied into it, or a piece of a large tensor (no tensors).
  struct Bucket {
    at::Tensor flat;
    std::unique_ptr<Transfer> transfer;
    std::vector<at::Tensor> tensors;
  };
  /// A large tensor that is not contiguous travels as a copy.
  struct Copy {
    at::Tensor tensor, contiguous;
  };

  Group::Impl* group = nullptr;
  std::vector<Bucket> buckets;
  std::vector<Copy> copies;
  Bucket open;        // being filled
  int64_t used = 0;   // of it
  int64_t room = 0;   // of it
  at::Tensor memory;  // of it

  void add_small(const at::Tensor& tensor);
  void add_large(const at::Tensor& tensor);
  void launch_open();
};

void Averaging::State::add_small(const at::Tensor& tensor) {
  if (tensor.numel() > room - used || (memory.defined() && memory.scalar_type() != tensor.scalar_type())) launch_open();
  if (!memory.defined()) {
    room = kBucketBytes / tensor.element_size();
    memory = group->take_bucket(room, tensor.scalar_type());
  }
  memory.narrow(0, used, tensor.numel()).view(tensor.sizes()).copy_(tensor);
  open.tensors.push_back(tensor);
  used += tensor.numel();
}

void Averaging::State::add_large(const at::Tensor& tensor) {
  launch_open();
  at::Tensor flat = tensor;
  if (!tensor.is_contiguous()) {
    flat = tensor.contiguous();
    copies.push_back({tensor, flat});
  }
  flat = flat.view(-1);
  const int64_t piece = kBucketBytes / flat.element_size();
  for (int64_t begin = 0; begin < flat.numel(); begin += piece) {
    const at::Tensor part = flat.narrow(0, begin, std::min(piece, flat.numel() - begin));
    buckets.push_back({part, group->wire_for(part).start_sum(part), {}});
  }
}

void Averaging::State::launch_open() {
  if (!memory.defined()) return;
  open.flat = memory.narrow(0, 0, used);
  open.transfer = group->wire_for(open.flat).start_sum(open.flat);
  buckets.push_back(std::exchange(open, {}));
  memory = at::Tensor();
  used = room = 0;
}

Averaging::Averaging(Group::Impl* group) : state_(std::make_unique<State>()) { state_->group = group; }
Averaging::~Averaging() = default;
Averaging::Averaging(Averaging&&) noexcept = default;

void Averaging::add(at::Tensor tensor) {
  if (state_->group == nullptr) return;
  if (!tensor.defined() || tensor.layout() != at::kStrided || !tensor.is_floating_point() ||
      tensor.device() != state_->group->device)
    throw std::invalid_argument("Averaging::add: not a dense floating tensor on the group's device");
  const at::NoGradGuard no_grad;
  tensor = tensor.detach();
  if (tensor.numel() == 0) return;
  if (tensor.numel() * tensor.element_size() >= kBucketBytes) {
    state_->add_large(tensor);
  } else {
    state_->add_small(tensor);
  }
}

void Averaging::finish() {
  if (state_->group == nullptr) return;
  const at::NoGradGuard no_grad;
  State& state = *state_;
  state.launch_open();
  const double size = state.group->launch.size;
  for (State::Bucket& bucket : state.buckets) {
    bucket.transfer->wait();
    bucket.flat.div_(size);
    int64_t at = 0;
    for (at::Tensor& tensor : bucket.tensors) {
      tensor.copy_(bucket.flat.narrow(0, at, tensor.numel()).view(tensor.sizes()));
      at += tensor.numel();
    }
    if (!bucket.tensors.empty()) state.group->give_back(bucket.flat);
  }
  for (State::Copy& copy : state.copies) copy.tensor.copy_(copy.contiguous);
  state.buckets.clear();
  state.copies.clear();
}

}  // namespace inr::parallel
