// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "store/pickle_reader.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "store/pickle_machine.hpp"

namespace inr::store {
namespace {

constexpr size_t kMaxItems = size_t{1} << 16;  // of one container
constexpr uint8_t kProto = 0x80, kStop = '.';
constexpr std::string_view kWayOut = "take a network snapshot of the released training code";

std::string hex_byte(uint8_t value) {
  constexpr std::string_view kHex = "0123456789abcdef";
  return {'0', 'x', kHex[value >> 4U], kHex[value & 15U]};
}

}  // namespace

PickleMachine::PickleMachine(std::span<const std::byte> file, uint64_t begin, PickleDialect dialect, std::string where,
                             PickleLimits limits)
    : dialect_(dialect), limits_(limits), at_(begin), opcode_at_(begin) {
  tree_.file = file;
  tree_.where = std::move(where);
}

void PickleMachine::fail(std::string_view fault, std::string_view way_out) const {
  throw base::DataError(tree_.where, std::string(fault) + " (byte " + std::to_string(opcode_at_) + ")", way_out);
}

void PickleMachine::fail_use(std::string_view what, PickleHandle value) const {
  fail("is no snapshot that can be read: " + std::string(what) + " is " + std::string(kind_text(tree_[value].kind)));
}

std::span<const std::byte> PickleMachine::take(uint64_t n_bytes) {
  if (n_bytes > tree_.file.size() - at_) fail("is cut short", "fetch it again");
  const std::span<const std::byte> bytes = tree_.file.subspan(at_, n_bytes);
  at_ += n_bytes;
  return bytes;
}

std::string_view PickleMachine::take_line() {
  constexpr size_t kMaxLine = 256;
  const uint64_t begin = at_;
  while (at_ - begin <= kMaxLine) {
    if (take(1)[0] == std::byte{'\n'})
      return {reinterpret_cast<const char*>(tree_.file.data() + begin), static_cast<size_t>(at_ - begin - 1)};
  }
  fail("holds a name of more than " + std::to_string(kMaxLine) + " bytes");
}

PickleHandle PickleMachine::push_new(PickleValue value) {
  if (tree_.values.size() == limits_.values) fail("holds more than " + std::to_string(limits_.values) + " values");
  tree_.values.push_back(std::move(value));
  push(static_cast<PickleHandle>(tree_.values.size() - 1));
  return top();
}

PickleHandle PickleMachine::push_extent(PickleKind kind, uint64_t length) {
  PickleValue value;
  value.kind = kind;
  value.offset = at_;
  value.length = length;
  take(length);
  return push_new(std::move(value));
}

PickleHandle PickleMachine::push_items(PickleKind kind, std::span<const PickleHandle> items) {
  PickleValue value;
  value.kind = kind;
  extend(value, items);
  return push_new(std::move(value));
}

void PickleMachine::extend(PickleValue& value, std::span<const PickleHandle> items) {
  if (items.size() > kMaxItems - std::min(kMaxItems, value.items.size()))
    fail("holds a container of more than " + std::to_string(kMaxItems) + " values");
  value.items.insert(value.items.end(), items.begin(), items.end());
}

// Values below the last mark belong to a container that is still open.
PickleHandle PickleMachine::top() const {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) fail("is damaged: a value is missing");
  return stack_.back();
}

PickleHandle PickleMachine::pop() {
  const PickleHandle handle = top();
  stack_.pop_back();
  return handle;
}

std::vector<PickleHandle> PickleMachine::pop_to_mark() {
  if (marks_.empty()) fail("is damaged: the beginning of a container is missing");
  const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<PickleHandle> items(begin, stack_.end());
  stack_.erase(begin, stack_.end());
  marks_.pop_back();
  return items;
}

// Picklers number what they remember one after another.
void PickleMachine::remember(uint64_t index) {
  const PickleHandle value = top();
  if (index > memo_.size() || memo_.size() == limits_.values) fail("is damaged: it remembers values out of order");
  if (index == memo_.size()) memo_.push_back(value);
  memo_[index] = value;
}

void PickleMachine::recall(uint64_t index) {
  if (index >= memo_.size()) fail("is damaged: it recalls a value that it has not remembered");
  push(memo_[index]);
}

void PickleMachine::append(PickleKind kind, std::span<const PickleHandle> items) {
  PickleValue& value = tree_.values[top()];
  if (value.kind != kind) fail_use(std::string("what is appended to as ") + std::string(kind_text(kind)), top());
  extend(value, items);
}

void PickleMachine::set_items(std::span<const PickleHandle> pairs) {
  PickleValue& value = tree_.values[top()];
  if (pairs.size() % 2 != 0) fail("is damaged: a key has no value");
  if (value.kind == PickleKind::kOpaque) return;
  if (value.kind != PickleKind::kDict) fail_use("what gets keys and values", top());
  extend(value, pairs);
}

void PickleMachine::step(uint8_t opcode) {
  if (number_or_text(opcode) || container(opcode) || memo(opcode) || object(opcode)) return;
  fail("holds opcode " + hex_byte(opcode) + ", which such a file has no use for", kWayOut);
}

void PickleMachine::check_protocol() {
  const unsigned wanted = dialect_ == PickleDialect::kSnapshot ? 4 : 2;
  if (at_ >= tree_.file.size() || take_number<uint8_t>() != kProto) fail("is no pickle", kWayOut);
  const unsigned protocol = take_number<uint8_t>();
  if (protocol != wanted)
    fail("has pickle protocol " + std::to_string(protocol) + " instead of " + std::to_string(wanted), kWayOut);
}

PickleTree PickleMachine::run() {
  check_protocol();
  for (uint64_t n_steps = 0; n_steps < limits_.steps; ++n_steps) {
    opcode_at_ = at_;
    const auto opcode = take_number<uint8_t>();
    if (opcode != kStop) {
      step(opcode);
      continue;
    }
    tree_.root = pop();
    if (!stack_.empty() || !marks_.empty()) fail("is damaged: values are left over at its end");
    tree_.end = at_;
    return std::move(tree_);
  }
  fail("takes more than " + std::to_string(limits_.steps) + " steps");
}

PickleTree read_pickle(std::span<const std::byte> file, uint64_t begin, PickleDialect dialect, std::string where,
                       PickleLimits limits) {
  return PickleMachine(file, begin, dialect, std::move(where), limits).run();
}

}  // namespace inr::store
