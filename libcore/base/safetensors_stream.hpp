// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// safetensors of tensors that need not fit into memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/safetensors.hpp"

namespace inr::base {

/// Takes the next bytes of a tensor.
using TensorSink = std::function<void(std::span<const std::byte>)>;

/// One tensor that is made in pieces while it is written.
struct TensorSource {
  std::string name;
  Dtype dtype = Dtype::kF32;
  std::vector<int64_t> shape;
  std::function<void(const TensorSink&)> produce;  // called twice, for the checksum and for the file: the same bytes
};

/// write_safetensors() of tensors that are made while they are written. Throws DataError where produce gives another
/// number of bytes than the shape has.
void write_safetensors(const std::string& path, std::map<std::string, std::string> metadata,
                       std::span<const TensorSource> tensors, bool with_checksum = true);

}  // namespace inr::base
