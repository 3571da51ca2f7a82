// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A restricted reader of pickles: exactly the structure that the authors' training loop writes (released.md, section
// 5). Python's own reader runs whatever a file names; this one knows nine names and what to note down for each, skips
// objects of a few packages, and refuses all other names, opcodes and uses. Reads in one pass through a small window:
// large bytes are stepped over.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_source.hpp"
#include "released/pickle_tree.hpp"

namespace inr::released {

/// The two kinds of pickles in such a file.
enum class PickleDialect {
  kSnapshot,  // protocol 4: the file
  kStorage,   // protocol 2: inside the bytes of a storage; knows persistent identities
};

/// What a hostile pickle is stopped at. A released checkpoint takes some 200,000 steps and 100,000 values.
struct PickleLimits {
  uint64_t steps = uint64_t{1} << 22;  // opcodes
  size_t values = size_t{1} << 20;
  size_t kept_bytes = size_t{1} << 24;  // of all texts together
};

/// Where in a file a pickle lies at most.
struct PickleRange {
  uint64_t begin, end;
};

/// What a name stands for; nothing where it is not on the list. A leading "src." of module is dropped.
std::optional<PickleGlobal> known_global(PickleDialect dialect, std::string_view module, std::string_view name);

/// Reads the pickle that begins at range.begin of file, up to its STOP. where names the file in errors. Throws
/// DataError: cut short, a name or opcode that is not on the list, a value used in a way that does not belong there,
/// limits; and what reading the file throws.
PickleTree read_pickle(const base::ByteSource& file, PickleRange range, PickleDialect dialect, std::string where,
                       PickleLimits limits = {});

}  // namespace inr::released
