// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What a group of several processes holds.
#pragma once
#include <memory>
#include <vector>

#include "parallel/group.hpp"
#include "parallel/meeting.hpp"
#include "parallel/wire.hpp"

namespace inr::parallel {

class Group::Impl {
 public:
  Impl(const Launch& launch, at::Device device);
  ~Impl();

  /// A contiguous tensor of up to kBucketBytes, from those given back or a new one.
  at::Tensor take_bucket(int64_t n, at::ScalarType dtype);
  void give_back(const at::Tensor& bucket);

  /// Sum of a few numbers, over Gloo.
  std::vector<double> sum(const std::vector<double>& values);

  Launch launch;
  at::Device device;
  Meeting meeting;
  std::unique_ptr<Wire> gloo;         // for tensors of the processor
  std::unique_ptr<Wire> device_wire;  // null where the device is the processor
  /// The wire of the tensor's memory.
  Wire& wire_for(const at::Tensor& tensor) { return tensor.is_cpu() || !device_wire ? *gloo : *device_wire; }

 private:
  std::vector<at::Tensor> spare_;  // bytes
};

}  // namespace inr::parallel
