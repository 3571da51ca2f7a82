// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What a restricted pickle holds, as values that refer to each other by number: nothing is executed and nothing of any
// class is made. Bytes stay in the file, as (offset, length); of texts the beginning is kept. Containers may contain
// themselves, so that who walks them counts.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inr::released {

enum class PickleKind : uint8_t {
  kNone,
  kBool,
  kInt,
  kBigInt,  // more than 64 bits: its bytes, kept like a text
  kFloat,
  kText,
  kBytes,
  kTuple,
  kList,
  kDict,  // items: key, value, key, value ...; of equal keys the last counts
  kSet,
  kGlobal,      // a name of the list, which stands for what it does here
  kOpaque,      // an object that is skipped
  kModule,      // items: what it was made of, a dictionary; integer 1: that is its state itself (ModuleList)
  kStorage,     // items: the bytes of the storage's own pickles
  kTensor,      // items: storage, offset, size, stride
  kPersistent,  // items: the identity, a tuple
};

/// The names that a file may contain (released.md, section 5).
enum class PickleGlobal : uint8_t {
  kOpaque,
  kReconstruct,       // torch_utils.persistence._reconstruct_persistent_obj
  kRebuildParameter,  // torch._utils._rebuild_parameter
  kRebuildTensor,     // torch._utils._rebuild_tensor_v2
  kLoadFromBytes,     // torch.storage._load_from_bytes
  kModuleList,        // torch.nn.modules.container.ModuleList
  kOrderedDict,       // collections.OrderedDict
  kEasyDict,          // dnnlib.util.EasyDict
  kFloatStorage,      // torch.FloatStorage, torch.cuda.FloatStorage
};

/// A value's number in its tree.
using PickleHandle = uint32_t;

struct PickleValue {
  PickleKind kind = PickleKind::kNone;
  PickleGlobal global = PickleGlobal::kOpaque;
  union {
    int64_t integer = 0;  // kBool, kInt
    double real;          // kFloat
    uint64_t offset;      // kBytes: in the file; kText, kBigInt: in what is kept
  };
  uint64_t length = 0;
  std::vector<PickleHandle> items;
};

/// All values of one pickle.
struct PickleTree {
  static constexpr size_t kKeptBytes = 4096;  // of one text: no name and no argument is as long
  std::string where;                          // names the file in errors
  std::string kept;                           // the beginnings of all texts
  std::deque<PickleValue> values;
  PickleHandle root = 0;
  uint64_t end = 0;  // offset behind its last byte

  [[nodiscard]] const PickleValue& operator[](PickleHandle handle) const { return values[handle]; }
  [[nodiscard]] bool is(PickleHandle handle, PickleKind kind) const { return values[handle].kind == kind; }
  /// What is kept of a text or a kBigInt: all of it where its length is at most kKeptBytes. Empty for other kinds.
  [[nodiscard]] std::string_view text(PickleHandle handle) const;
  /// The value of a dictionary's key; nothing where it is absent, or where dictionary is none.
  [[nodiscard]] std::optional<PickleHandle> find(PickleHandle dictionary, std::string_view key) const;
};

/// "a dictionary", for errors.
std::string_view kind_text(PickleKind kind) noexcept;

}  // namespace inr::released
