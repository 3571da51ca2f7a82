// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The opcodes of pickles (Python's pickletools), as far as such files have a use for them.
#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "released/pickle_machine.hpp"

namespace inr::released {
namespace {

constexpr size_t kMaxMarks = 1000;  // containers that are open at once; Python's limit

}  // namespace

bool PickleMachine::number_or_text(uint8_t opcode) {
  PickleValue value;
  const auto push_integer = [&](PickleKind kind, int64_t integer) {
    value.kind = kind;
    value.integer = integer;
    push_new(std::move(value));
  };
  switch (opcode) {
    case 'N':  // NONE
      push_new(std::move(value));
      return true;
    case 0x88:  // NEWTRUE
    case 0x89:  // NEWFALSE
      push_integer(PickleKind::kBool, opcode == 0x88 ? 1 : 0);
      return true;
    case 'K':  // BININT1
      push_integer(PickleKind::kInt, take_number<uint8_t>());
      return true;
    case 'M':  // BININT2
      push_integer(PickleKind::kInt, take_number<uint16_t>());
      return true;
    case 'J':  // BININT
      push_integer(PickleKind::kInt, static_cast<int32_t>(take_number<uint32_t>()));
      return true;
    case 0x8A: {  // LONG1, two's complement
      const auto length = take_number<uint8_t>();
      if (length > 8) {
        push_extent(PickleKind::kBigInt, length);
        return true;
      }
      uint64_t bits = 0;
      const std::span<const std::byte> bytes = take(length);
      for (size_t i = 0; i < 8; ++i) {
        const bool negative = length > 0 && (bytes.back() & std::byte{0x80}) != std::byte{0};
        bits |= (i < length ? std::to_integer<uint64_t>(bytes[i]) : negative ? 0xFFU : 0U) << 8 * i;
      }
      push_integer(PickleKind::kInt, static_cast<int64_t>(bits));
      return true;
    }
    case 'G': {  // BINFLOAT, big endian
      std::array<std::byte, 8> bytes{};
      std::ranges::reverse_copy(take(8), bytes.begin());
      value.kind = PickleKind::kFloat;
      value.real = std::bit_cast<double>(base::load_le<uint64_t>(bytes));
      push_new(std::move(value));
      return true;
    }
    case 0x8C:  // SHORT_BINUNICODE
      push_extent(PickleKind::kText, take_number<uint8_t>());
      return true;
    case 'X':  // BINUNICODE
      push_extent(PickleKind::kText, take_number<uint32_t>());
      return true;
    case 0x8D:  // BINUNICODE8
      push_extent(PickleKind::kText, take_number<uint64_t>());
      return true;
    case 'C':  // SHORT_BINBYTES
      push_extent(PickleKind::kBytes, take_number<uint8_t>());
      return true;
    case 'B':  // BINBYTES
      push_extent(PickleKind::kBytes, take_number<uint32_t>());
      return true;
    case 0x8E:  // BINBYTES8
      push_extent(PickleKind::kBytes, take_number<uint64_t>());
      return true;
    default:
      return false;
  }
}

bool PickleMachine::container(uint8_t opcode) {
  switch (opcode) {
    case '(':  // MARK
      if (marks_.size() == kMaxMarks)
        fail(base::Fault::kUnsupported, "holds containers nested deeper than " + std::to_string(kMaxMarks));
      marks_.push_back(stack_.size());
      return true;
    case ')':  // EMPTY_TUPLE
      push_items(PickleKind::kTuple, {});
      return true;
    case 't':  // TUPLE
      push_items(PickleKind::kTuple, pop_to_mark());
      return true;
    case 0x85:  // TUPLE1
    case 0x86:  // TUPLE2
    case 0x87:  // TUPLE3
    {
      std::vector<PickleHandle> items(opcode - 0x84U);
      for (size_t i = items.size(); i-- > 0;) items[i] = pop();
      push_items(PickleKind::kTuple, items);
      return true;
    }
    case ']':  // EMPTY_LIST
      push_items(PickleKind::kList, {});
      return true;
    case 'a':  // APPEND
    {
      const PickleHandle item = pop();
      append(PickleKind::kList, {&item, 1});
      return true;
    }
    case 'e':  // APPENDS
      append(PickleKind::kList, pop_to_mark());
      return true;
    case '}':  // EMPTY_DICT
      push_items(PickleKind::kDict, {});
      return true;
    case 's':  // SETITEM
    {
      std::array<PickleHandle, 2> pair{};
      pair[1] = pop();
      pair[0] = pop();
      set_items(pair);
      return true;
    }
    case 'u':  // SETITEMS
      set_items(pop_to_mark());
      return true;
    case 0x8F:  // EMPTY_SET
      push_items(PickleKind::kSet, {});
      return true;
    case 0x90:  // ADDITEMS
      append(PickleKind::kSet, pop_to_mark());
      return true;
    default:
      return false;
  }
}

bool PickleMachine::memo(uint8_t opcode) {
  switch (opcode) {
    case 0x94:  // MEMOIZE
      remember(memo_.size());
      return true;
    case 'q':  // BINPUT
      remember(take_number<uint8_t>());
      return true;
    case 'r':  // LONG_BINPUT
      remember(take_number<uint32_t>());
      return true;
    case 'h':  // BINGET
      recall(take_number<uint8_t>());
      return true;
    case 'j':  // LONG_BINGET
      recall(take_number<uint32_t>());
      return true;
    default:
      return false;
  }
}

bool PickleMachine::object(uint8_t opcode) {
  const bool snapshot = dialect_ == PickleDialect::kSnapshot;
  if (!snapshot && opcode == 'c') {  // GLOBAL
    const std::string module = take_line(), name = take_line();
    push_global(module, name);
    return true;
  }
  if (!snapshot && opcode == 'Q') {  // BINPERSID
    push_persistent(pop());
    return true;
  }
  if (!snapshot) return false;
  switch (opcode) {
    case 0x95:  // FRAME: how much its writer wrote at once
      if (const auto length = take_number<uint64_t>(); length > end_ - at_)
        fail(base::Fault::kCutShort, "is cut short", "fetch it again");
      return true;
    case 0x93:  // STACK_GLOBAL
    {
      const PickleHandle name = pop(), module = pop();
      for (const PickleHandle part : {module, name})
        if (!tree_.is(part, PickleKind::kText)) fail_use("a part of a name", part);
      push_global(tree_.text(module), tree_.text(name));
      return true;
    }
    case 'R':     // REDUCE
    case 0x81: {  // NEWOBJ
      const PickleHandle arguments = pop(), callable = pop();
      opcode == 'R' ? reduce(callable, arguments) : new_object(callable, arguments);
      return true;
    }
    case 'b': {  // BUILD
      const PickleHandle state = pop();
      build(top(), state);
      return true;
    }
    default:
      return false;
  }
}

}  // namespace inr::released
