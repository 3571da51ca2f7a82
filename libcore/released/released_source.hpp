// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What a released generator consists of (released.md, section 5), from either of two files: a network snapshot (.pkl),
// of which G_ema alone is read, or its state dictionary as safetensors with metadata init_kwargs. Tensors stay in the
// file until their values are asked for.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/byte_source.hpp"
#include "base/json.hpp"

namespace inr::released {

/// A float32 tensor that lies in a file, maybe not contiguous, maybe not aligned.
struct ReleasedTensor {
  std::vector<int64_t> shape;
  std::vector<int64_t> stride;             // in values, as many as shape; ignored where numel is 0
  const base::ByteSource* file = nullptr;  // covers every value
  uint64_t offset = 0;                     // of the first value
  int64_t numel = 1;

  /// Values [first, first + out.size()) in row-major order. Throws as reading the file does.
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
  std::map<std::string, ReleasedTensor> tensors;  // by their released names; together no larger than the file
  base::Json kwargs;                              // the generator's constructor arguments
  std::shared_ptr<const base::ByteSource> file;   // all of it
  uint64_t data_begin = 0;                        // of what checksum is about
  std::optional<uint32_t> checksum;               // crc32c that the file gives for its data, safetensors only
};

// What is taken of constructor arguments, whichever way they come.
inline constexpr size_t kMaxArguments = 2000, kMaxArgumentBytes = size_t{1} << 20;

/// Opens either kind; told apart by their first bytes. Never executes anything. Throws SystemError (cannot open),
/// DataError (neither kind, cut short, damaged, hostile; every name that does not belong there is reported).
ReleasedSource open_released(const std::string& path);
/// The same for bytes that came by another way; where names them in errors.
ReleasedSource read_released(std::shared_ptr<const base::ByteSource> file, const std::string& where);

/// SHA-256 of the whole file, in hex. between_pieces is given the bytes done so far, and may throw to end it. Throws
/// DataError where the data do not fit their checksum.
std::string hash_released(
    const ReleasedSource& source, const std::function<void(uint64_t)>& between_pieces = [](uint64_t) {});

}  // namespace inr::released
