// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The stack machine behind pickle_reader.hpp: pickle_opcodes.cpp decodes opcodes, pickle_objects.cpp says what calls
// mean, pickle_reader.cpp keeps stack, marks and memo.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.hpp"
#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "released/pickle_reader.hpp"

namespace inr::released {

class PickleMachine {
 public:
  PickleMachine(const base::ByteSource& file, PickleRange range, PickleDialect dialect, std::string where,
                PickleLimits limits);
  /// Once.
  PickleTree run();

 private:
  // pickle_opcodes.cpp: false where the opcode is none of these.
  bool number_or_text(uint8_t opcode);
  bool container(uint8_t opcode);
  bool memo(uint8_t opcode);
  bool object(uint8_t opcode);

  // pickle_reader.cpp
  void step(uint8_t opcode);
  void check_protocol();

  [[noreturn]] void fail(base::Fault fault, std::string_view text, std::string_view way_out = {}) const;
  [[noreturn]] void fail_use(std::string_view what, PickleHandle value) const;
  /// The next few bytes, until the next call.
  std::span<const std::byte> take(size_t n_bytes);
  template <typename T>
  T take_number() {
    return base::load_le<T>(take(sizeof(T)));
  }
  std::string take_line();

  PickleHandle push_new(PickleValue value);
  PickleHandle push_extent(PickleKind kind, uint64_t length);
  void keep(PickleValue& text);
  PickleHandle push_items(PickleKind kind, std::span<const PickleHandle> items);
  void push(PickleHandle handle) { stack_.push_back(handle); }
  PickleHandle pop();
  [[nodiscard]] PickleHandle top() const;
  /// The values above the last mark, which goes with them.
  std::vector<PickleHandle> pop_to_mark();
  void remember(uint64_t index);
  void recall(uint64_t index);
  void append(PickleKind kind, std::span<const PickleHandle> items);
  void set_items(std::span<const PickleHandle> pairs);
  void extend(PickleValue& value, std::span<const PickleHandle> items);

  // pickle_objects.cpp
  void push_global(std::string_view module, std::string_view name);
  void push_persistent(PickleHandle identity);
  void reduce(PickleHandle callable, PickleHandle arguments);
  void new_object(PickleHandle type, PickleHandle arguments);
  void build(PickleHandle object, PickleHandle state);
  /// Item i of a call's arguments, whose number lies in [min, max].
  std::span<const PickleHandle> arguments_of(std::string_view name, PickleHandle arguments, size_t min, size_t max);

  PickleTree tree_;
  const base::ByteSource& file_;
  PickleDialect dialect_;
  PickleLimits limits_;
  uint64_t at_, end_, opcode_at_;
  std::vector<std::byte> window_;  // of the file, from window_begin_ on
  uint64_t window_begin_ = 0;
  std::vector<PickleHandle> stack_, memo_;
  std::vector<size_t> marks_;
};

}  // namespace inr::released
