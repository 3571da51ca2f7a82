// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The plug-in for transfers between GPUs. NCCL and CUDA's run-time library are linked to the plug-in alone
// (plugin/nccl_wire.cpp), which is built where they are found and loaded when a group on GPUs starts.
#pragma once
#include <c10/core/Device.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "parallel/waiter.hpp"
#include "parallel/wire.hpp"

namespace inr::parallel {

struct NcclStart {
  int rank = 0;
  int size = 1;
  at::Device device = at::kCPU;  // a GPU of this process alone
  Waiter* waiter = nullptr;      // outlives the wire
  /// Replaces the bytes by those of rank 0.
  std::function<void(std::span<std::byte>)> from_rank_0;
};

/// What the plug-in offers by that name: connects all ranks. Throws base::SystemError.
using OpenNcclWire = std::unique_ptr<Wire> (*)(const NcclStart&);
inline constexpr const char* kOpenNcclWire = "inr_open_nccl_wire";

/// Loads the plug-in and opens its wire. LibTorch's CUDA half has to be loaded (open_device()). Throws
/// base::SystemError naming what is missing.
std::unique_ptr<Wire> open_nccl_wire(const NcclStart& start);

}  // namespace inr::parallel
