// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The bytes of a dataset that its reader and its writer agree on; man page inr-dataset.5.
//   images   u64 big-endian index -> record header (16 bytes) + encoded picture
//   sources  u64 big-endian index -> u32 crc32c of that value, name of the source picture
//   meta     "header" -> JSON
//            "stamps", u64 big-endian number of a source picture -> see source_stamps.hpp
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "dataset/dataset.hpp"

namespace inr::dataset {

inline constexpr std::string_view kImagesTree = "images", kSourcesTree = "sources", kMetaTree = "meta";
inline constexpr std::string_view kHeaderKey = "header";
inline constexpr uint32_t kDatasetRecordMagic = 0x44524E49;  // "INRD" read as little-endian u32
inline constexpr size_t kSourceCrcBytes = 4;
inline constexpr size_t kMaxSourceNameBytes = 1024;
inline constexpr uint64_t kMaxRecordBytes = uint64_t{1} << 31;  // a value of LMDB stays below 2^32

/// Big endian, so that LMDB's order of keys is the order of the records.
std::array<std::byte, 8> record_key(int64_t index) noexcept;

std::array<std::byte, kRecordHeaderBytes> pack_record(const RecordInfo& record) noexcept;
/// n_bytes: of the whole value. Throws DataError naming where.
RecordInfo parse_record(std::span<const std::byte> value, uint64_t n_bytes, const std::string& where);

/// hash_state: of a dataset still building (base::Sha256::save()), empty in a complete one.
std::string header_text(const DatasetInfo& info, const std::string& hash_state);
/// Throws DataError naming where: damaged, or of a newer version.
DatasetInfo parse_header(std::string_view text, const std::string& where, std::string& hash_state);

/// The content hash takes, for every record in order, the length of its value (u64 little endian) and the value.
void hash_record(base::Sha256& hash, std::span<const std::byte> value) noexcept;

}  // namespace inr::dataset
