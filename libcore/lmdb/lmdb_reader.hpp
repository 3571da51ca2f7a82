// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A read-only LMDB of our own. liblmdb follows page numbers and offsets of its file without looking, so that damaged or
// hostile files kill the program; here every number is checked against the page and the file before it is used.
// Reads the on-disk format of LMDB 0.9 (meta pages, branch, leaf and overflow pages, named databases) as 64-bit
// little-endian machines write it; databases with duplicate keys, which neither we nor LSUN use, are refused.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inr::lmdb {

/// One B+tree of the file.
struct LmdbTree {
  static constexpr uint64_t kNoPage = ~uint64_t{0};
  uint64_t root = kNoPage;  // kNoPage: empty
  uint64_t n_entries = 0;
  uint16_t depth = 0;  // levels, 1 = the root is a leaf
  uint16_t flags = 0;
};

/// Where a value lies in the file.
struct LmdbValue {
  uint64_t offset = 0;  // bytes from the start of the file
  uint32_t n_bytes = 0;
  uint64_t overflow_page = 0;  // 0: inside a leaf page; else its first overflow page, whose header read() checks
  bool is_database = false;    // a record of the main tree that describes a named database
};

/// An LMDB file open for reading. Immutable; safe to read from several threads (positioned reads, no memory map, so
/// that a file that is cut while it is read gives an error and no signal). Memory: a page a level; for_each and
/// check_all one bit a page.
class LmdbReader {
 public:
  /// path: a data file, or a folder that holds data.mdb. Throws SystemError, DataError (no LMDB, damaged, another
  /// version).
  explicit LmdbReader(const std::string& path);
  ~LmdbReader();
  LmdbReader(const LmdbReader&) = delete;
  LmdbReader& operator=(const LmdbReader&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const LmdbTree& main_tree() const noexcept { return main_; }
  /// Nothing was ever committed to it.
  [[nodiscard]] bool pristine() const noexcept { return transaction_ == 0 && main_.root == LmdbTree::kNoPage; }
  /// Bytes up to the last page that the file accounts for; a shorter file lacks pages that may be in use.
  [[nodiscard]] uint64_t n_expected_bytes() const noexcept { return (last_page_ + 1) * page_bytes_; }
  [[nodiscard]] uint64_t n_file_bytes() const noexcept { return n_file_bytes_; }
  /// Number of the last transaction that was committed to it.
  [[nodiscard]] uint64_t transaction() const noexcept { return transaction_; }
  /// The file's time of modification when it was opened, ns since 1970.
  [[nodiscard]] uint64_t modified_ns() const noexcept { return modified_ns_; }

  /// A named database; nothing where there is none of that name. This and the following throw DataError (damaged, cut
  /// short) and SystemError.
  [[nodiscard]] std::optional<LmdbTree> find_tree(std::string_view name) const;
  [[nodiscard]] std::optional<LmdbValue> find(const LmdbTree& tree, std::span<const std::byte> key) const;
  /// The value, or its first limit bytes.
  [[nodiscard]] std::vector<std::byte> read(const LmdbValue& value, size_t limit = SIZE_MAX) const;
  /// All records in order of their keys, until visit returns false. key is valid during the call.
  using Visit = std::function<bool(std::span<const std::byte> key, const LmdbValue& value)>;
  void for_each(const LmdbTree& tree, const Visit& visit) const;
  /// Walks every page of every tree and the list of free pages: afterwards liblmdb may open the file for writing.
  void check_all() const;

 private:
  struct Page;
  struct Node;
  struct Walk;
  [[noreturn]] void damaged(const std::string& fault) const;
  void read_at(uint64_t offset, std::span<std::byte> out) const;
  void open_meta();
  [[nodiscard]] bool parse_meta(std::span<const std::byte> page, uint64_t number, uint64_t& transaction);
  [[nodiscard]] LmdbTree parse_tree(std::span<const std::byte> record) const;
  void require_pages(uint64_t first, uint64_t n_pages) const;
  void load(uint64_t number, bool leaf, Page& page) const;
  [[nodiscard]] Node node(const Page& page, size_t i) const;
  [[nodiscard]] LmdbValue value_of(const Page& page, const Node& leaf_node) const;
  [[nodiscard]] uint64_t check_overflow_page(const LmdbValue& value) const;
  void walk_page(Walk& walk, uint64_t number, int levels) const;
  void walk_leaf(Walk& walk, const Page& page) const;
  void check_nodes_apart(const Page& page) const;
  void mark_seen(Walk& walk, uint64_t first, uint64_t n_pages) const;
  void check_free_list(std::vector<bool>& seen) const;

  std::string path_;
  int fd_ = -1;
  uint64_t n_file_bytes_ = 0;
  uint64_t modified_ns_ = 0;
  uint64_t last_page_ = 0;
  uint64_t transaction_ = 0;
  uint64_t page_bytes_ = 0;
  bool writable_ = false;  // both meta pages are as liblmdb wants them
  LmdbTree main_, free_;
};

/// True where the file (or data.mdb in the folder) begins as an LMDB environment does, ours or another's. False where
/// it cannot be read.
bool looks_like_lmdb(const std::string& path) noexcept;

}  // namespace inr::lmdb
