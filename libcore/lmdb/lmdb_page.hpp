// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Numbers of LMDB's on-disk format, version 1, and the parts of LmdbReader that its two source files share.
//   page   u64 number, u16 pad, u16 flags, u16 lower, u16 upper (overflow: u32 n_pages), then u16 node offsets
//   node   u16 lo, u16 hi, u16 flags, u16 key bytes, key, data. Leaf: lo, hi = data bytes; branch: lo, hi, flags =
//   child page tree   u32 pad, u16 flags, u16 depth, u64 branch, leaf, overflow pages, u64 entries, u64 root meta page
//   header, u32 magic, u32 version, u64 address, u64 map bytes, tree free, tree main, u64 last page, u64 txn
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lmdb/lmdb_reader.hpp"

namespace inr::lmdb {

inline constexpr uint32_t kLmdbMagic = 0xBEEFC0DE;
inline constexpr uint32_t kLmdbVersion = 1;
inline constexpr size_t kLmdbPageHeaderBytes = 16;
inline constexpr size_t kLmdbNodeHeaderBytes = 8;
inline constexpr size_t kLmdbTreeBytes = 48;
inline constexpr size_t kLmdbMetaBytes = 136;  // after the page header
inline constexpr size_t kLmdbMaxKeyBytes = 511;
inline constexpr uint16_t kLmdbMaxDepth = 32;  // liblmdb's cursor stack

inline constexpr uint16_t kBranchPage = 0x01, kLeafPage = 0x02, kOverflowPage = 0x04, kMetaPage = 0x08;
inline constexpr uint16_t kBigData = 0x01, kSubDatabase = 0x02;
inline constexpr uint16_t kFixedMap = 0x01, kIntegerKey = 0x08;
inline constexpr uint16_t kTreeKinds = 0x7f;  // reverse keys, duplicates, integer keys: all of them unknown to us

struct LmdbReader::Page {
  std::vector<std::byte> bytes;
  uint64_t number = 0;
  size_t n_nodes = 0;
  size_t upper = 0;  // nodes lie in [upper, page_bytes)
  bool leaf = false;
};

struct LmdbReader::Node {
  std::span<const std::byte> key;
  size_t offset = 0;       // of the node in its page
  size_t n_bytes = 0;      // header, key and what of the data lies in the page
  size_t data_offset = 0;  // of the data in the page
  uint32_t n_data_bytes = 0;
  uint16_t flags = 0;
  uint64_t child = 0;  // branch pages
};

struct LmdbReader::Walk {
  std::vector<bool>& seen;  // by page number
  const Visit& visit;
  bool check = false;                 // overflow pages, gaps between nodes too
  bool integer_keys = false;          // the list of free pages
  std::vector<std::byte> previous{};  // the last key visited; empty at the start
  std::vector<std::byte> minimum{};   // lower bound of the next key, from the branch page above
  uint64_t n_entries = 0;
  bool stopped = false;
};

/// Order of keys: memcmp, the shorter first; 8-byte numbers in the list of free pages.
int compare_keys(std::span<const std::byte> a, std::span<const std::byte> b, bool integers) noexcept;

}  // namespace inr::lmdb
