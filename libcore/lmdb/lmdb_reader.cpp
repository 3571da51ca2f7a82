// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "lmdb/lmdb_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <tuple>

#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "lmdb/lmdb_page.hpp"

namespace inr::lmdb {
namespace {

using Bytes = std::span<const std::byte>;

template <typename T>
T at(Bytes bytes, size_t offset) {
  return base::load_le<T>(bytes.subspan(offset, sizeof(T)));
}

std::string data_file_of(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored) ? path + "/data.mdb" : path;
}

}  // namespace

int compare_keys(Bytes a, Bytes b, bool integers) noexcept {
  if (integers) {
    const uint64_t x = base::load_le<uint64_t>(a);
    const uint64_t y = base::load_le<uint64_t>(b);
    return x < y ? -1 : static_cast<int>(x > y);
  }
  const size_t n = std::min(a.size(), b.size());
  const int order = n == 0 ? 0 : std::memcmp(a.data(), b.data(), n);
  if (order != 0) return order;
  return a.size() < b.size() ? -1 : static_cast<int>(a.size() > b.size());
}

bool looks_like_lmdb(const std::string& path) noexcept {
  try {
    const int fd = ::open(data_file_of(path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return false;
    std::array<std::byte, kLmdbPageHeaderBytes + 4> head{};
    const ssize_t n = ::pread(fd, head.data(), head.size(), 0);
    ::close(fd);
    return n == static_cast<ssize_t>(head.size()) && at<uint32_t>(head, kLmdbPageHeaderBytes) == kLmdbMagic;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

LmdbReader::LmdbReader(const std::string& path) : path_(path) {
  fd_ = ::open(data_file_of(path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd_ < 0) throw base::SystemError(path_, "open", errno);
  try {
    struct stat status {};
    if (::fstat(fd_, &status) != 0) throw base::SystemError(path_, "look up its size", errno);
    if (!S_ISREG(status.st_mode)) throw base::DataError(path_, "is not a regular file");
    n_file_bytes_ = static_cast<uint64_t>(status.st_size);
    modified_ns_ =
        static_cast<uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(status.st_mtim.tv_nsec);
    open_meta();
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

LmdbReader::~LmdbReader() { ::close(fd_); }

void LmdbReader::damaged(const std::string& fault) const {
  throw base::DataError(base::Fault::kDamaged, path_, "the LMDB file is damaged: " + fault, "make or fetch it again");
}

void LmdbReader::read_at(uint64_t offset, std::span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t n = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw base::SystemError(path_, "read", errno);
    if (n == 0)
      throw base::DataError(base::Fault::kCutShort, path_,
                            "the LMDB file is cut short: it ends at byte " + std::to_string(offset) + ", inside a page",
                            "make or fetch it again");
    offset += static_cast<uint64_t>(n);
    out = out.subspan(static_cast<size_t>(n));
  }
}

void LmdbReader::open_meta() {
  constexpr size_t kMetaEnd = kLmdbPageHeaderBytes + kLmdbMetaBytes;
  std::array<std::byte, kMetaEnd> first{};
  std::array<std::byte, kMetaEnd> second{};
  if (n_file_bytes_ == 0) throw base::DataError(base::Fault::kEmpty, path_, "is empty");
  if (n_file_bytes_ < kMetaEnd)
    throw base::DataError(base::Fault::kForeign, path_, "is not an LMDB file: it has no meta page");
  read_at(0, first);
  uint64_t transactions[2] = {0, 0};
  const bool first_good = parse_meta(first, 0, transactions[0]);
  // Where the first meta page is damaged, the page size is not known: it is nearly always 4096.
  if (!first_good) page_bytes_ = 4096;
  bool second_good = false;
  if (n_file_bytes_ >= page_bytes_ + kMetaEnd) {
    const uint64_t expected = page_bytes_;
    const auto keep = std::tuple(main_, free_, last_page_);
    read_at(page_bytes_, second);
    second_good = parse_meta(second, 1, transactions[1]) && page_bytes_ == expected;
    page_bytes_ = expected;
    if (first_good && (!second_good || transactions[1] <= transactions[0])) std::tie(main_, free_, last_page_) = keep;
  }
  if (!first_good && !second_good) {
    if (at<uint32_t>(first, 16) == kLmdbMagic && at<uint32_t>(first, 20) != kLmdbVersion)
      throw base::DataError(at<uint32_t>(first, 20) > kLmdbVersion ? base::Fault::kNewer : base::Fault::kUnsupported,
                            path_,
                            "is an LMDB file of format " + std::to_string(at<uint32_t>(first, 20) & 0xFFFF) +
                                "; this program reads format 1");
    if (at<uint32_t>(first, 16) == kLmdbMagic) damaged("both meta pages are");
    throw base::DataError(base::Fault::kForeign, path_, "is not an LMDB file");
  }
  const bool newer = second_good && (!first_good || transactions[1] > transactions[0]);
  transaction_ = transactions[newer ? 1 : 0];
  writable_ = first_good && second_good && (transaction_ & 1) == (newer ? 1U : 0U) &&
              ((at<uint16_t>(first, 44) | at<uint16_t>(second, 44)) & kFixedMap) == 0;
}

// Fills main_, free_, last_page_ and page_bytes_ where the page is a meta page; else false.
bool LmdbReader::parse_meta(Bytes page, uint64_t number, uint64_t& transaction) {
  if (at<uint32_t>(page, 16) != kLmdbMagic || at<uint32_t>(page, 20) != kLmdbVersion) return false;
  if (at<uint64_t>(page, 0) != number || (at<uint16_t>(page, 10) & kMetaPage) == 0) return false;
  const uint32_t page_bytes = at<uint32_t>(page, 40);
  if (!std::has_single_bit(page_bytes) || page_bytes < 256 || page_bytes > 65536) return false;
  const uint64_t last_page = at<uint64_t>(page, 136);
  if (last_page < 1 || last_page > (uint64_t{1} << 47) / page_bytes) return false;
  page_bytes_ = page_bytes;
  last_page_ = last_page;
  transaction = at<uint64_t>(page, 144);
  free_ = parse_tree(page.subspan(40, kLmdbTreeBytes));
  main_ = parse_tree(page.subspan(88, kLmdbTreeBytes));
  return true;
}

LmdbTree LmdbReader::parse_tree(Bytes record) const {
  LmdbTree tree;
  tree.flags = at<uint16_t>(record, 4);
  tree.depth = at<uint16_t>(record, 6);
  tree.n_entries = at<uint64_t>(record, 32);
  tree.root = at<uint64_t>(record, 40);
  if (tree.root == LmdbTree::kNoPage) {
    tree.depth = 0;
    tree.n_entries = 0;
  }
  return tree;
}

void LmdbReader::require_pages(uint64_t first, uint64_t n_pages) const {
  if (first < 2 || first > last_page_ || n_pages > last_page_ - first + 1)
    damaged("it points to page " + std::to_string(first) + ", the last is " + std::to_string(last_page_));
  if ((first + n_pages) * page_bytes_ > n_file_bytes_)
    throw base::DataError(base::Fault::kCutShort, path_,
                          "the LMDB file is cut short: it has " + std::to_string(n_file_bytes_) + " bytes of " +
                              std::to_string(n_expected_bytes()),
                          "make or fetch it again");
}

// A branch or leaf page. leaf: which of the two the tree's depth asks for.
void LmdbReader::load(uint64_t number, bool leaf, Page& page) const {
  require_pages(number, 1);
  page.bytes.resize(page_bytes_);
  read_at(number * page_bytes_, page.bytes);
  page.number = number;
  page.leaf = leaf;
  const std::string name = "page " + std::to_string(number);
  if (at<uint64_t>(page.bytes, 0) != number) damaged(name + " has the number of another page");
  if (at<uint16_t>(page.bytes, 10) != (leaf ? kLeafPage : kBranchPage)) damaged(name + " is of the wrong kind");
  const size_t lower = at<uint16_t>(page.bytes, 12);
  page.upper = at<uint16_t>(page.bytes, 14);
  if (lower < kLmdbPageHeaderBytes || lower % 2 != 0 || lower > page.upper || page.upper > page_bytes_)
    damaged(name + " has impossible bounds");
  page.n_nodes = (lower - kLmdbPageHeaderBytes) / 2;
  if (page.n_nodes < (leaf ? 1U : 2U)) damaged(name + " is empty");
}

LmdbReader::Node LmdbReader::node(const Page& page, size_t i) const {
  const Bytes bytes = page.bytes;
  const auto fail = [&] { damaged("node " + std::to_string(i) + " of page " + std::to_string(page.number)); };
  Node node;
  node.offset = at<uint16_t>(bytes, kLmdbPageHeaderBytes + 2 * i);
  if (node.offset < page.upper || node.offset % 2 != 0 || node.offset > bytes.size() - kLmdbNodeHeaderBytes) fail();
  const uint32_t low = at<uint32_t>(bytes, node.offset);
  node.flags = at<uint16_t>(bytes, node.offset + 4);
  const size_t n_key = at<uint16_t>(bytes, node.offset + 6);
  const size_t room = bytes.size() - node.offset - kLmdbNodeHeaderBytes;
  if (n_key > std::min(room, kLmdbMaxKeyBytes)) fail();
  node.key = bytes.subspan(node.offset + kLmdbNodeHeaderBytes, n_key);
  node.data_offset = node.offset + kLmdbNodeHeaderBytes + n_key;
  if (!page.leaf) {
    node.child = low | uint64_t{node.flags} << 32;
    node.n_bytes = kLmdbNodeHeaderBytes + n_key;
    return node;
  }
  node.n_data_bytes = low;
  const uint64_t in_page = (node.flags & kBigData) != 0 ? sizeof(uint64_t) : low;
  if (n_key == 0 || in_page > room - n_key) fail();
  if (node.flags != 0 && node.flags != kBigData && node.flags != kSubDatabase) fail();
  if (node.flags == kSubDatabase && low != kLmdbTreeBytes) fail();
  node.n_bytes = kLmdbNodeHeaderBytes + n_key + static_cast<size_t>(in_page);
  return node;
}

LmdbValue LmdbReader::value_of(const Page& page, const Node& leaf_node) const {
  LmdbValue value;
  value.n_bytes = leaf_node.n_data_bytes;
  value.is_database = leaf_node.flags == kSubDatabase;
  value.offset = page.number * page_bytes_ + leaf_node.data_offset;
  if (leaf_node.flags == kBigData) {
    value.overflow_page = at<uint64_t>(page.bytes, leaf_node.data_offset);
    require_pages(value.overflow_page,
                  (kLmdbPageHeaderBytes + uint64_t{value.n_bytes} + page_bytes_ - 1) / page_bytes_);
    value.offset = value.overflow_page * page_bytes_ + kLmdbPageHeaderBytes;
  }
  return value;
}

std::optional<LmdbValue> LmdbReader::find(const LmdbTree& tree, Bytes key) const {
  if (tree.root == LmdbTree::kNoPage) return std::nullopt;
  if (tree.depth < 1 || tree.depth > kLmdbMaxDepth) damaged("a tree of depth " + std::to_string(tree.depth));
  Page page;
  uint64_t number = tree.root;
  for (int level = 1; level < tree.depth; ++level) {
    load(number, false, page);
    // The last child whose key is not above; the first child has no key.
    size_t low = 0;
    size_t high = page.n_nodes;
    while (high - low > 1) {
      const size_t middle = low + (high - low) / 2;
      (compare_keys(node(page, middle).key, key, false) <= 0 ? low : high) = middle;
    }
    number = node(page, low).child;
  }
  load(number, true, page);
  size_t low = 0;
  size_t high = page.n_nodes;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    const Node candidate = node(page, middle);
    const int order = compare_keys(candidate.key, key, false);
    if (order == 0) return value_of(page, candidate);
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return std::nullopt;
}

std::optional<LmdbTree> LmdbReader::find_tree(std::string_view name) const {
  const std::optional<LmdbValue> value = find(main_, std::as_bytes(std::span(name)));
  if (!value || !value->is_database) return std::nullopt;
  const LmdbTree tree = parse_tree(read(*value));
  if ((tree.flags & kTreeKinds) != 0) damaged("database " + base::printable(name) + " is of an unknown kind");
  return tree;
}

// The number of pages, which liblmdb leaves larger than needed where a value was replaced by a shorter one.
uint64_t LmdbReader::check_overflow_page(const LmdbValue& value) const {
  std::array<std::byte, kLmdbPageHeaderBytes> header{};
  read_at(value.overflow_page * page_bytes_, header);
  const uint64_t n_needed = (kLmdbPageHeaderBytes + uint64_t{value.n_bytes} + page_bytes_ - 1) / page_bytes_;
  const uint64_t n_pages = at<uint32_t>(header, 12);
  if (at<uint64_t>(header, 0) != value.overflow_page || at<uint16_t>(header, 10) != kOverflowPage || n_pages < n_needed)
    damaged("page " + std::to_string(value.overflow_page) + " does not hold the value that should be there");
  return n_pages;
}

std::vector<std::byte> LmdbReader::read(const LmdbValue& value, size_t limit) const {
  if (value.overflow_page != 0) static_cast<void>(check_overflow_page(value));
  std::vector<std::byte> bytes(std::min<size_t>(value.n_bytes, limit));  // in the file: find() and for_each() made sure
  read_at(value.offset, bytes);
  return bytes;
}

}  // namespace inr::lmdb
