// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Walks over whole trees of an LMDB file. Every page is entered at most once and at the level that the tree's depth
// says, so that no arrangement of page numbers can make a walk long or endless.
#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "lmdb/lmdb_page.hpp"

namespace inr::lmdb {

void LmdbReader::mark_seen(Walk& walk, uint64_t first, uint64_t n_pages) const {
  for (uint64_t page = first; page < first + n_pages; ++page) {
    if (walk.seen[page]) damaged("page " + std::to_string(page) + " is used twice");
    walk.seen[page] = true;
  }
}

void LmdbReader::check_nodes_apart(const Page& page) const {
  std::vector<std::pair<size_t, size_t>> ranges;
  for (size_t i = 0; i < page.n_nodes; ++i) {
    const Node item = node(page, i);
    ranges.emplace_back(item.offset, item.offset + item.n_bytes + item.n_bytes % 2);
  }
  std::sort(ranges.begin(), ranges.end());
  size_t end = page.upper;
  for (const auto& [from, to] : ranges) {
    if (from < end || to > page_bytes_) damaged("nodes of page " + std::to_string(page.number) + " overlap");
    end = to;
  }
}

void LmdbReader::walk_leaf(Walk& walk, const Page& page) const {
  for (size_t i = 0; i < page.n_nodes && !walk.stopped; ++i) {
    const Node item = node(page, i);
    if (walk.integer_keys && item.key.size() != sizeof(uint64_t)) damaged("a key of the list of free pages");
    if (!walk.previous.empty() && compare_keys(item.key, walk.previous, walk.integer_keys) <= 0)
      damaged("keys of page " + std::to_string(page.number) + " are out of order");
    if (!walk.minimum.empty() && compare_keys(item.key, walk.minimum, walk.integer_keys) < 0)
      damaged("a key of page " + std::to_string(page.number) + " is below its branch");
    walk.minimum.clear();
    walk.previous.assign(item.key.begin(), item.key.end());
    const LmdbValue value = value_of(page, item);
    if (walk.check && value.overflow_page != 0) {
      const uint64_t n_pages = check_overflow_page(value);
      if (n_pages > last_page_ - value.overflow_page + 1) damaged("a value leaves the file");
      mark_seen(walk, value.overflow_page, std::min(n_pages, walk.seen.size() - value.overflow_page));
    }
    ++walk.n_entries;
    walk.stopped = !walk.visit(item.key, value);
  }
}

// levels: of the subtree whose root is this page; 1 = a leaf.
void LmdbReader::walk_page(Walk& walk, uint64_t number, int levels) const {
  Page page;
  load(number, levels == 1, page);
  mark_seen(walk, number, 1);
  if (walk.check) check_nodes_apart(page);
  if (page.leaf) {
    walk_leaf(walk, page);
    return;
  }
  for (size_t i = 0; i < page.n_nodes && !walk.stopped; ++i) {
    const Node item = node(page, i);
    if (i > 0) {
      const bool good = !item.key.empty() && (!walk.integer_keys || item.key.size() == sizeof(uint64_t)) &&
                        compare_keys(item.key, walk.previous, walk.integer_keys) > 0;
      if (!good) damaged("keys of branch page " + std::to_string(number) + " are out of order");
      walk.minimum.assign(item.key.begin(), item.key.end());
    }
    walk_page(walk, item.child, levels - 1);
  }
}

void LmdbReader::for_each(const LmdbTree& tree, const Visit& visit) const {
  if (tree.root == LmdbTree::kNoPage) return;
  if (tree.depth < 1 || tree.depth > kLmdbMaxDepth) damaged("a tree of depth " + std::to_string(tree.depth));
  if ((tree.flags & kTreeKinds) != 0) damaged("a tree of an unknown kind");
  require_pages(tree.root, 1);
  std::vector<bool> seen(std::min(last_page_ + 1, n_file_bytes_ / page_bytes_));
  Walk walk{.seen = seen, .visit = visit};
  walk_page(walk, tree.root, tree.depth);
}

// Records of the list of free pages: key = transaction, value = u64 count, then that many page numbers, falling.
void LmdbReader::check_free_list(std::vector<bool>& seen) const {
  std::vector<LmdbValue> lists;
  const Visit collect = [&](std::span<const std::byte> key, const LmdbValue& value) {
    if (value.is_database || base::load_le<uint64_t>(key) > transaction_) damaged("a record of the list of free pages");
    lists.push_back(value);
    return true;
  };
  Walk walk{.seen = seen, .visit = collect, .check = true, .integer_keys = true};
  if (free_.root != LmdbTree::kNoPage) walk_page(walk, free_.root, free_.depth);
  if (walk.n_entries != free_.n_entries) damaged("the list of free pages is incomplete");
  for (const LmdbValue& value : lists) {
    const std::vector<std::byte> list = read(value);
    const uint64_t n = list.size() < sizeof(uint64_t) ? 0 : base::load_le<uint64_t>(list);
    if (list.size() % sizeof(uint64_t) != 0 || n == 0 || n > list.size() / sizeof(uint64_t) - 1)
      damaged("a record of the list of free pages");
    uint64_t previous = last_page_ + 1;
    for (uint64_t i = 1; i <= n; ++i) {
      const uint64_t page = base::load_le<uint64_t>(std::span(list).subspan(i * sizeof(uint64_t)));
      if (page < 2 || page >= previous) damaged("a record of the list of free pages");
      if (page < seen.size()) mark_seen(walk, page, 1);
      previous = page;
    }
  }
}

void LmdbReader::check_all() const {
  if (!writable_) damaged("a meta page");
  if (free_.depth > kLmdbMaxDepth || (free_.flags & kTreeKinds) != kIntegerKey) damaged("the list of free pages");
  std::vector<bool> seen(std::min(last_page_ + 1, n_file_bytes_ / page_bytes_));
  std::vector<LmdbTree> trees;
  const auto check = [&](const LmdbTree& tree, const Visit& visit) {
    if (tree.depth > kLmdbMaxDepth || (tree.flags & kTreeKinds) != 0) damaged("a tree of an unknown kind");
    Walk walk{.seen = seen, .visit = visit, .check = true};
    if (tree.root != LmdbTree::kNoPage) {
      if (tree.depth == 0) damaged("a tree without levels");
      walk_page(walk, tree.root, tree.depth);
    }
    if (walk.n_entries != tree.n_entries)
      damaged("a tree has " + std::to_string(walk.n_entries) + " records of " + std::to_string(tree.n_entries));
  };
  check(main_, [&](std::span<const std::byte>, const LmdbValue& value) {
    if (value.is_database) trees.push_back(parse_tree(read(value)));
    return true;
  });
  for (const LmdbTree& tree : trees) {
    check(tree, [&](std::span<const std::byte>, const LmdbValue& value) {
      if (value.is_database) damaged("a database inside a database");
      return true;
    });
  }
  if (free_.root != LmdbTree::kNoPage && free_.depth == 0) damaged("the list of free pages");
  check_free_list(seen);
}

}  // namespace inr::lmdb
