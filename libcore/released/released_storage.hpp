// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The bytes of a tensor's storage inside a network snapshot.
#pragma once
#include <cstdint>
#include <string>

#include "base/byte_source.hpp"
#include "released/pickle_reader.hpp"

namespace inr::released {

/// Where float32 values lie in a file, one after another.
struct FloatExtent {
  uint64_t offset;
  int64_t count;
};

/// What torch.save wrote at content: five pickles, the number of values, the values. where is the file and name the
/// tensor, in errors. Throws DataError: anything else, other values than float32.
FloatExtent read_storage(const base::ByteSource& file, PickleRange content, const std::string& where,
                         const std::string& name);

}  // namespace inr::released
