// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What a released generator consists of (released.md, section 5), from either of two files: a network snapshot (.pkl),
// of which G_ema alone is read, or its state dictionary as safetensors with metadata init_kwargs. Tensors stay in the
// file until their values are asked for.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace inr::store {

/// A float32 tensor that lies in a file, maybe not contiguous, maybe not aligned.
struct ReleasedTensor {
  std::vector<int64_t> shape;
  std::vector<int64_t> stride;       // in values, as many as shape; ignored where numel is 0
  std::span<const std::byte> bytes;  // from its first value to the end of its storage; covers every value
  int64_t numel = 1;

  /// Values [first, first + out.size()) in row-major order.
  void read(int64_t first, std::span<float> out) const;
};

/// A module of a snapshot.
struct ReleasedModule {
  std::string name;        // "synthesis.b4.conv1"; empty for the generator itself
  std::string class_name;  // "SynthesisLayer"
};

struct ReleasedSource {
  std::string where;                              // the file
  std::vector<std::string> entries;               // what the snapshot's top level holds; empty for safetensors
  std::vector<ReleasedModule> modules;            // of G_ema, in file order; empty for safetensors
  std::map<std::string, ReleasedTensor> tensors;  // by their released names
  base::Json kwargs;                              // the generator's constructor arguments
  std::span<const std::byte> file;                // all of it
  std::shared_ptr<const void> keep;               // owner of the bytes
};

/// Opens either kind; told apart by their first bytes. Never executes anything. Throws SystemError (cannot open),
/// DataError (neither kind, cut short, damaged, hostile; every name that does not belong there is told).
ReleasedSource open_released(const std::string& path);
/// The same for a snapshot's bytes, which must outlive the result; where names them in errors.
ReleasedSource read_released_pickle(std::span<const std::byte> file, const std::string& where);

}  // namespace inr::store
