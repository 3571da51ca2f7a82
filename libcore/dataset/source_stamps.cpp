// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "dataset/source_stamps.hpp"

#include <algorithm>
#include <array>

#include "base/crc32c.hpp"
#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "dataset/dataset_format.hpp"

namespace inr::dataset {
namespace {

// In place of a number of bytes.
constexpr uint64_t kUnknownStamp = UINT64_MAX;
constexpr uint64_t kUnreadableStamp = UINT64_MAX - 1;

}  // namespace

std::vector<std::byte> stamps_key(int64_t first) {
  const auto word = std::as_bytes(std::span(kStampsKey));
  std::vector<std::byte> key(word.begin(), word.end());
  const std::array<std::byte, 8> number = record_key(first);
  key.insert(key.end(), number.begin(), number.end());
  return key;
}

std::vector<std::byte> pack_stamps(std::span<const SourceStamp> stamps) {
  std::vector<std::byte> value(sizeof(uint32_t) + stamps.size() * kStampBytes);
  for (size_t i = 0; i < stamps.size(); ++i) {
    const SourceStamp& stamp = stamps[i];
    const auto entry = std::span(value).subspan(sizeof(uint32_t) + i * kStampBytes, kStampBytes);
    const bool known = stamp.state == SourceStamp::State::kKnown;
    const uint64_t other = stamp.state == SourceStamp::State::kUnknown ? kUnknownStamp : kUnreadableStamp;
    base::store_le(entry, known ? stamp.n_bytes : other);
    base::store_le(entry.subspan(8), known ? stamp.mark : 0);
    base::store_le(entry.subspan(16), known ? stamp.crc32c : 0);
  }
  base::store_le(std::span(value), base::crc32c(std::span(value).subspan(sizeof(uint32_t))));
  return value;
}

std::vector<SourceStamp> unpack_stamps(std::span<const std::byte> value, const std::string& where) {
  constexpr size_t kMaxBytes = sizeof(uint32_t) + static_cast<size_t>(kStampsInGroup) * kStampBytes;
  const bool whole = value.size() > sizeof(uint32_t) && value.size() <= kMaxBytes &&
                     (value.size() - sizeof(uint32_t)) % kStampBytes == 0 &&
                     base::load_le<uint32_t>(value) == base::crc32c(value.subspan(sizeof(uint32_t)));
  if (!whole)
    throw base::DataError(base::Fault::kDamaged, where,
                          "the dataset is damaged: the sizes and times of its sources are wrong",
                          "build it again with inr-prep");
  std::vector<SourceStamp> stamps;
  for (size_t at = sizeof(uint32_t); at < value.size(); at += kStampBytes) {
    SourceStamp stamp{.state = SourceStamp::State::kKnown,
                      .n_bytes = base::load_le<uint64_t>(value.subspan(at)),
                      .mark = base::load_le<uint64_t>(value.subspan(at + 8)),
                      .crc32c = base::load_le<uint32_t>(value.subspan(at + 16))};
    if (stamp.n_bytes == kUnknownStamp) stamp = {};
    if (stamp.n_bytes == kUnreadableStamp) stamp = {.state = SourceStamp::State::kUnreadable};
    stamps.push_back(stamp);
  }
  return stamps;
}

void PendingStamps::begin(int64_t n_sources, std::vector<SourceStamp> group) {
  first_ = n_sources - std::ssize(group);
  stamps_ = std::move(group);
}

std::vector<PendingStamps::Record> PendingStamps::records() const {
  std::vector<Record> records;
  for (size_t begin = 0; begin < stamps_.size(); begin += kStampsInGroup) {
    const auto group = std::span(stamps_).subspan(begin, std::min<size_t>(kStampsInGroup, stamps_.size() - begin));
    const auto known = [](const SourceStamp& stamp) { return stamp.state != SourceStamp::State::kUnknown; };
    if (std::any_of(group.begin(), group.end(), known))
      records.emplace_back(stamps_key(first_ + static_cast<int64_t>(begin)), pack_stamps(group));
  }
  return records;
}

void PendingStamps::committed() {
  const int64_t n_whole = std::ssize(stamps_) / kStampsInGroup * kStampsInGroup;
  stamps_.erase(stamps_.begin(), stamps_.begin() + n_whole);
  first_ += n_whole;
}

}  // namespace inr::dataset
