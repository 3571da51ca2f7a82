// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The bytes in which a dataset keeps the stamps of its sources: groups of 200 in the meta database.
//   "stamps", u64 big-endian number of the first source picture -> u32 crc32c of the rest, then for each picture
//   u64 bytes, u64 mark, u32 crc32c of the picture file (SourceStamp), little endian
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dataset/dataset.hpp"

namespace inr::dataset {

/// With their checksum 4,004 bytes: what fits one page of 4,096 beside its header.
inline constexpr int64_t kStampsInGroup = 200;
inline constexpr std::string_view kStampsKey = "stamps";
inline constexpr size_t kStampBytes = 20;

/// Of the group that begins with source picture number first, a multiple of kStampsInGroup.
std::vector<std::byte> stamps_key(int64_t first);
std::vector<std::byte> pack_stamps(std::span<const SourceStamp> stamps);
/// Throws DataError naming where.
std::vector<SourceStamp> unpack_stamps(std::span<const std::byte> value, const std::string& where);

/// What the writer of a dataset holds of them: those since the last group that was committed whole.
class PendingStamps {
 public:
  /// n_sources: pictures so far. group: the stamps of the last n_sources % kStampsInGroup of them.
  void begin(int64_t n_sources, std::vector<SourceStamp> group);
  void add(const SourceStamp& stamp) { stamps_.push_back(stamp); }
  /// (key, value) of the groups to be put. Of a group of which nothing is known, nothing is kept.
  using Record = std::pair<std::vector<std::byte>, std::vector<std::byte>>;
  [[nodiscard]] std::vector<Record> records() const;
  /// They are on disk.
  void committed();

 private:
  int64_t first_ = 0;  // source picture of stamps_[0], a multiple of kStampsInGroup
  std::vector<SourceStamp> stamps_;
};

}  // namespace inr::dataset
