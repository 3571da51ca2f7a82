// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "released/pickle_reader.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "released/pickle_machine.hpp"

namespace inr::released {
namespace {

constexpr size_t kMaxItems = size_t{1} << 16;  // of one container
constexpr size_t kWindowBytes = 4096;
constexpr uint8_t kProto = 0x80, kStop = '.';
constexpr std::string_view kWayOut = "take a network snapshot of the released training code";

std::string hex_byte(uint8_t value) {
  constexpr std::string_view kHex = "0123456789abcdef";
  return {'0', 'x', kHex[value >> 4U], kHex[value & 15U]};
}

}  // namespace

PickleMachine::PickleMachine(const base::ByteSource& file, PickleRange range, PickleDialect dialect, std::string where,
                             PickleLimits limits)
    : file_(file), dialect_(dialect), limits_(limits), at_(range.begin), end_(range.end), opcode_at_(range.begin) {
  tree_.where = std::move(where);
}

void PickleMachine::fail(base::Fault fault, std::string_view text, std::string_view way_out) const {
  // The pickle of a storage lies within a file that goes on after it.
  if (dialect_ == PickleDialect::kStorage && fault == base::Fault::kCutShort) fault = base::Fault::kDamaged;
  throw base::DataError(fault, tree_.where, std::string(text) + " (byte " + std::to_string(opcode_at_) + ")", way_out);
}

void PickleMachine::fail_use(std::string_view what, PickleHandle value) const {
  fail(base::Fault::kForeign,
       "is not a snapshot that can be read: " + std::string(what) + " is " + std::string(kind_text(tree_[value].kind)));
}

std::span<const std::byte> PickleMachine::take(size_t n_bytes) {
  if (n_bytes > end_ - at_) fail(base::Fault::kCutShort, "is cut short", "fetch it again");
  if (at_ < window_begin_ || at_ - window_begin_ > window_.size() || n_bytes > window_.size() - (at_ - window_begin_)) {
    window_.resize(static_cast<size_t>(std::min<uint64_t>(end_ - at_, std::max(n_bytes, kWindowBytes))));
    window_begin_ = at_;
    file_.read(at_, window_);
  }
  const auto bytes = std::span<const std::byte>(window_).subspan(static_cast<size_t>(at_ - window_begin_), n_bytes);
  at_ += n_bytes;
  return bytes;
}

std::string PickleMachine::take_line() {
  constexpr size_t kMaxLine = 256;
  std::string line;
  while (line.size() <= kMaxLine) {
    const auto next = std::to_integer<char>(take(1)[0]);
    if (next == '\n') return line;
    line += next;
  }
  fail(base::Fault::kUnsupported, "holds a name of more than " + std::to_string(kMaxLine) + " bytes");
}

PickleHandle PickleMachine::push_new(PickleValue value) {
  if (tree_.values.size() == limits_.values)
    fail(base::Fault::kUnsupported, "holds more than " + std::to_string(limits_.values) + " values");
  tree_.values.push_back(std::move(value));
  push(static_cast<PickleHandle>(tree_.values.size() - 1));
  return top();
}

PickleHandle PickleMachine::push_extent(PickleKind kind, uint64_t length) {
  PickleValue value;
  value.kind = kind;
  value.offset = at_;
  value.length = length;
  if (length > end_ - at_) fail(base::Fault::kCutShort, "is cut short", "fetch it again");
  const uint64_t behind = at_ + length;
  if (kind != PickleKind::kBytes) keep(value);
  at_ = behind;
  return push_new(std::move(value));
}

void PickleMachine::keep(PickleValue& text) {
  const auto n_bytes = static_cast<size_t>(std::min<uint64_t>(text.length, PickleTree::kKeptBytes));
  if (n_bytes > limits_.kept_bytes - tree_.kept.size())
    fail(base::Fault::kUnsupported, "holds more than " + std::to_string(limits_.kept_bytes) + " bytes of text");
  text.offset = tree_.kept.size();
  const std::span<const std::byte> bytes = take(n_bytes);
  tree_.kept.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

PickleHandle PickleMachine::push_items(PickleKind kind, std::span<const PickleHandle> items) {
  PickleValue value;
  value.kind = kind;
  extend(value, items);
  return push_new(std::move(value));
}

void PickleMachine::extend(PickleValue& value, std::span<const PickleHandle> items) {
  if (items.size() > kMaxItems - std::min(kMaxItems, value.items.size()))
    fail(base::Fault::kUnsupported, "holds a container of more than " + std::to_string(kMaxItems) + " values");
  value.items.insert(value.items.end(), items.begin(), items.end());
}

// Values below the last mark belong to a container that is still open.
PickleHandle PickleMachine::top() const {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back()))
    fail(base::Fault::kDamaged, "is damaged: a value is missing");
  return stack_.back();
}

PickleHandle PickleMachine::pop() {
  const PickleHandle handle = top();
  stack_.pop_back();
  return handle;
}

std::vector<PickleHandle> PickleMachine::pop_to_mark() {
  if (marks_.empty()) fail(base::Fault::kDamaged, "is damaged: the beginning of a container is missing");
  const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<PickleHandle> items(begin, stack_.end());
  stack_.erase(begin, stack_.end());
  marks_.pop_back();
  return items;
}

// Picklers number what they remember one after another.
void PickleMachine::remember(uint64_t index) {
  const PickleHandle value = top();
  if (index > memo_.size() || memo_.size() == limits_.values)
    fail(base::Fault::kDamaged, "is damaged: it remembers values out of order");
  if (index == memo_.size()) memo_.push_back(value);
  memo_[index] = value;
}

void PickleMachine::recall(uint64_t index) {
  if (index >= memo_.size()) fail(base::Fault::kDamaged, "is damaged: it recalls a value that it has not remembered");
  push(memo_[index]);
}

void PickleMachine::append(PickleKind kind, std::span<const PickleHandle> items) {
  PickleValue& value = tree_.values[top()];
  if (value.kind != kind) fail_use(std::string("what is appended to as ") + std::string(kind_text(kind)), top());
  extend(value, items);
}

void PickleMachine::set_items(std::span<const PickleHandle> pairs) {
  PickleValue& value = tree_.values[top()];
  if (pairs.size() % 2 != 0) fail(base::Fault::kDamaged, "is damaged: a key has no value");
  if (value.kind == PickleKind::kOpaque) return;
  if (value.kind != PickleKind::kDict) fail_use("what gets keys and values", top());
  extend(value, pairs);
}

void PickleMachine::step(uint8_t opcode) {
  if (number_or_text(opcode) || container(opcode) || memo(opcode) || object(opcode)) return;
  fail(base::Fault::kUnsupported, "holds opcode " + hex_byte(opcode) + ", which such a file has no use for", kWayOut);
}

void PickleMachine::check_protocol() {
  const unsigned wanted = dialect_ == PickleDialect::kSnapshot ? 4 : 2;
  if (at_ >= end_) throw base::DataError(base::Fault::kEmpty, tree_.where, "is empty", kWayOut);
  const auto first = take_number<uint8_t>();
  // Pickles of protocols 0 and 1 begin with a mark, an empty container or a name; zip archives with "PK".
  if (first == 'P' && at_ < end_ && take_number<uint8_t>() == 'K')
    throw base::DataError(base::Fault::kForeign, tree_.where,
                          "is a zip archive, as torch.save writes it, not a network snapshot", kWayOut);
  if (std::string_view("(}])c").find(static_cast<char>(first)) != std::string_view::npos)
    throw base::DataError(base::Fault::kUnsupported, tree_.where,
                          "is not a pickle of protocol " + std::to_string(wanted), kWayOut);
  if (first != kProto) throw base::DataError(base::Fault::kForeign, tree_.where, "is not a pickle", kWayOut);
  const unsigned protocol = take_number<uint8_t>();
  if (protocol != wanted)
    fail(base::Fault::kUnsupported,
         "has pickle protocol " + std::to_string(protocol) + " instead of " + std::to_string(wanted), kWayOut);
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
    if (!stack_.empty() || !marks_.empty()) fail(base::Fault::kDamaged, "is damaged: values are left over at its end");
    tree_.end = at_;
    return std::move(tree_);
  }
  fail(base::Fault::kUnsupported, "takes more than " + std::to_string(limits_.steps) + " steps");
}

PickleTree read_pickle(const base::ByteSource& file, PickleRange range, PickleDialect dialect, std::string where,
                       PickleLimits limits) {
  return PickleMachine(file, range, dialect, std::move(where), limits).run();
}

}  // namespace inr::released
