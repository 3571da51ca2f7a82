// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "parallel/group.hpp"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <stdexcept>

#include "parallel/gloo_wire.hpp"
#include "parallel/group_impl.hpp"
#include "parallel/nccl_plugin.hpp"

namespace inr::parallel {

Group::Impl::Impl(const Launch& process, at::Device where) : launch(process), device(where), meeting(meet(process)) {
  gloo = open_gloo_wire(meeting.store, launch, meeting.address, *meeting.watch);
  if (device.is_cpu()) return;
  const auto from_rank_0 = [this](std::span<std::byte> bytes) {
    meeting.watch->begin_exchange();
    const at::Tensor tensor = at::from_blob(bytes.data(), {static_cast<int64_t>(bytes.size())}, at::kByte);
    gloo->start_broadcast(tensor, 0)->wait();
  };
  device_wire = open_nccl_wire({launch.rank, launch.size, device, meeting.watch.get(), from_rank_0});
}

// The others are told first: what they close ends the transfers that still wait for them here.
Group::Impl::~Impl() { meeting.watch.reset(); }

at::Tensor Group::Impl::take_bucket(int64_t n, at::ScalarType dtype) {
  at::Tensor bytes;
  if (spare_.empty()) {
    bytes = at::empty({kBucketBytes}, at::TensorOptions(device).dtype(at::kByte));
  } else {
    bytes = spare_.back();
    spare_.pop_back();
  }
  return bytes.view(dtype).narrow(0, 0, n);
}

void Group::Impl::give_back(const at::Tensor& bucket) {
  spare_.push_back(at::empty({0}, at::TensorOptions(device).dtype(at::kByte)).set_(bucket.storage()));
}

std::vector<double> Group::Impl::sum(const std::vector<double>& values) {
  const at::NoGradGuard no_grad;
  meeting.watch->begin_exchange();
  const at::Tensor all = at::tensor(values, at::kDouble);
  gloo->start_sum(all)->wait();
  const double* first = all.const_data_ptr<double>();
  return {first, first + all.numel()};
}

Group::Group() = default;
Group::Group(const Launch& launch, at::Device device)
    : impl_(launch.size > 1 ? std::make_unique<Impl>(launch, device) : nullptr) {}
Group::~Group() = default;

int Group::rank() const noexcept { return impl_ ? impl_->launch.rank : 0; }
int Group::size() const noexcept { return impl_ ? impl_->launch.size : 1; }

Averaging Group::start_average() {
  if (impl_) impl_->meeting.watch->begin_exchange();
  return Averaging(impl_.get());
}

std::vector<double> Group::mean(std::vector<double> values) {
  if (!impl_ || values.empty()) return values;
  values = impl_->sum(values);
  for (double& value : values) value /= size();
  return values;
}

bool Group::any(bool value) { return impl_ ? impl_->sum({value ? 1.0 : 0.0})[0] > 0 : value; }

void Group::broadcast(std::span<at::Tensor> tensors, int root) {
  if (root < 0 || root >= size()) throw std::invalid_argument("Group::broadcast: no such rank");
  if (!impl_) return;
  const at::NoGradGuard no_grad;
  impl_->meeting.watch->begin_exchange();
  for (const at::Tensor& attached : tensors) {
    const at::Tensor tensor = attached.detach();
    if (tensor.numel() == 0) continue;
    const at::Tensor flat = tensor.contiguous();
    const at::Tensor bytes = flat.view(-1).view(at::kByte);
    impl_->wire_for(bytes).start_broadcast(bytes, root)->wait();
    if (!flat.is_same(tensor)) tensor.copy_(flat);
  }
}

void Group::end(const base::Error& fault) {
  if (impl_) impl_->meeting.watch->tell_all(fault.what(), fault.exit_code() == base::ExitCode::kUsage);
}

void Group::close() {
  if (!impl_) return;
  impl_->meeting.watch->part();
  impl_.reset();
}

}  // namespace inr::parallel
