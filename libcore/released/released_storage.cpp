// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "released/released_storage.hpp"

#include <array>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/little_endian.hpp"

namespace inr::released {
namespace {

using namespace std::string_view_literals;
constexpr std::string_view kTorchMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"sv;
constexpr int64_t kTorchVersion = 1001;

int64_t integer(const PickleTree& part, PickleHandle value) {
  return part.is(value, PickleKind::kInt) ? part[value].integer : -1;
}

bool is_text(const PickleTree& part, PickleHandle value, std::string_view text) {
  return part.is(value, PickleKind::kText) && part.text(value) == text;
}

}  // namespace

FloatExtent read_storage(const base::ByteSource& file, PickleRange content, const std::string& where,
                         const std::string& name) {
  const std::string what = "G_ema: " + name;
  const auto fail = [&](std::string_view fault) {
    throw base::DataError(base::Fault::kDamaged, where, what + std::string(fault));
  };
  const auto next = [&](auto&& is_right) {
    constexpr PickleLimits kLimits = {.steps = 256, .values = 256};
    const PickleTree part =
        read_pickle(file, content, PickleDialect::kStorage, where + ": " + what + ": storage", kLimits);
    if (!is_right(part)) fail(" has a storage of another form than torch.save writes");
    content.begin = part.end;
  };
  next([](const PickleTree& part) {
    return part.is(part.root, PickleKind::kBigInt) && part.text(part.root) == kTorchMagic;
  });
  next([&](const PickleTree& part) { return integer(part, part.root) == kTorchVersion; });
  next([](const PickleTree& part) {  // of the machine that wrote it
    const auto little = part.find(part.root, "little_endian");
    return part.is(part.root, PickleKind::kDict) &&
           (!little || (part.is(*little, PickleKind::kBool) && part[*little].integer == 1));
  });
  std::string key;
  int64_t n_values = -1;
  next([&](const PickleTree& part) {  // ("storage", class, key, location, number of values, None)
    if (!part.is(part.root, PickleKind::kPersistent)) return false;
    const std::vector<PickleHandle>& identity = part[part[part.root].items[0]].items;
    if (identity.size() != 6 || !is_text(part, identity[0], "storage") ||
        part[identity[1]].global != PickleGlobal::kFloatStorage || !part.is(identity[1], PickleKind::kGlobal) ||
        !part.is(identity[2], PickleKind::kText) || !part.is(identity[3], PickleKind::kText) ||
        !part.is(identity[5], PickleKind::kNone)) {
      return false;
    }
    key = part.text(identity[2]);
    n_values = integer(part, identity[4]);
    return n_values >= 0;
  });
  next([&](const PickleTree& part) {
    return part.is(part.root, PickleKind::kList) && part[part.root].items.size() == 1 &&
           is_text(part, part[part.root].items[0], key);
  });
  std::array<std::byte, sizeof(uint64_t)> stated{};
  const uint64_t rest = content.end - content.begin;
  if (rest >= stated.size()) file.read(content.begin, stated);
  if (rest < stated.size() || base::load_le<uint64_t>(stated) != static_cast<uint64_t>(n_values) ||
      (rest - stated.size()) % sizeof(float) != 0 ||
      (rest - stated.size()) / sizeof(float) != static_cast<uint64_t>(n_values)) {
    fail(" has a storage whose length is not that of its values");
  }
  return {content.begin + stated.size(), n_values};
}

}  // namespace inr::released
