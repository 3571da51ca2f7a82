// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "released/pickle_tree.hpp"

#include <algorithm>

namespace inr::released {

std::string_view PickleTree::text(PickleHandle handle) const {
  const PickleValue& value = values[handle];
  if (value.kind != PickleKind::kText && value.kind != PickleKind::kBigInt) return {};
  return std::string_view(kept).substr(value.offset, std::min<uint64_t>(value.length, kKeptBytes));
}

std::optional<PickleHandle> PickleTree::find(PickleHandle dictionary, std::string_view key) const {
  const PickleValue& value = values[dictionary];
  if (value.kind != PickleKind::kDict) return std::nullopt;
  for (size_t i = value.items.size(); i >= 2; i -= 2) {
    const PickleHandle candidate = value.items[i - 2];
    if (is(candidate, PickleKind::kText) && text(candidate) == key) return value.items[i - 1];
  }
  return std::nullopt;
}

std::string_view kind_text(PickleKind kind) noexcept {
  switch (kind) {
    case PickleKind::kNone:
      return "None";
    case PickleKind::kBool:
      return "a truth value";
    case PickleKind::kInt:
    case PickleKind::kBigInt:
      return "an integer";
    case PickleKind::kFloat:
      return "a number";
    case PickleKind::kText:
      return "a text";
    case PickleKind::kBytes:
      return "bytes";
    case PickleKind::kTuple:
      return "a tuple";
    case PickleKind::kList:
      return "a list";
    case PickleKind::kDict:
      return "a dictionary";
    case PickleKind::kSet:
      return "a set";
    case PickleKind::kGlobal:
      return "a name";
    case PickleKind::kOpaque:
      return "an object that is not read";
    case PickleKind::kModule:
      return "a module";
    case PickleKind::kStorage:
      return "a storage";
    case PickleKind::kTensor:
      return "a tensor";
    case PickleKind::kPersistent:
      return "a persistent identity";
  }
  return "a value";
}

}  // namespace inr::released
