// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Damaged copies of a good file, the same ones on every run: flipped bits, cuts, zeroed, doubled and lost ranges,
// integers overwritten with 0, all ones, huge and negative values. Half of the damage goes into the first KiB, where
// headers live.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/philox.hpp"

namespace inr::test {

namespace detail {

class Mutator {
 public:
  Mutator(std::vector<std::byte>& bytes, uint64_t case_index) : bytes_(bytes), random_(kSeed, case_index) {}

  void damage_once() {
    if (bytes_.empty()) {
      bytes_.push_back(random_byte());
      return;
    }
    switch (random_.next_below(9)) {
      case 0:
        flip_bits(1);
        break;
      case 1:
        flip_bits(1 + random_.next_below(16));
        break;
      case 2:
        bytes_.resize(place());
        break;
      case 3:
        fill_range(std::byte{0});
        break;
      case 4:
        fill_range(random_byte());
        break;
      case 5:
        double_range();
        break;
      case 6:
        lose_range();
        break;
      case 7:
        overwrite_integer();
        break;
      default:
        bytes_[place()] = random_byte();
        break;
    }
  }

 private:
  static constexpr uint64_t kSeed = 0x6d757461746f7273;
  static constexpr uint64_t kHeadBytes = 1024, kMaxRangeBytes = 256;

  std::byte random_byte() { return static_cast<std::byte>(random_.next_below(256)); }

  uint64_t place() {
    const uint64_t head = std::min<uint64_t>(bytes_.size(), kHeadBytes);
    return random_.next_below(random_.next_below(2) == 0 ? head : bytes_.size());
  }

  std::span<std::byte> range() {
    const uint64_t at = place();
    return std::span(bytes_).subspan(at,
                                     std::min<uint64_t>(1 + random_.next_below(kMaxRangeBytes), bytes_.size() - at));
  }

  void flip_bits(uint64_t n) {
    for (uint64_t i = 0; i < n; ++i) bytes_[place()] ^= static_cast<std::byte>(1U << random_.next_below(8));
  }

  void fill_range(std::byte value) { std::ranges::fill(range(), value); }

  void double_range() {
    const std::span<std::byte> doubled = range();
    const std::vector<std::byte> copy(doubled.begin(), doubled.end());
    bytes_.insert(bytes_.begin() + (doubled.data() - bytes_.data()), copy.begin(), copy.end());
  }

  void lose_range() {
    const std::span<std::byte> lost = range();
    const auto first = bytes_.begin() + (lost.data() - bytes_.data());
    bytes_.erase(first, first + static_cast<std::ptrdiff_t>(lost.size()));
  }

  void overwrite_integer() {
    static constexpr std::array<uint64_t, 10> kValues = {0,
                                                         1,
                                                         0x7F,
                                                         0xFFFF,
                                                         0x7FFFFFFF,
                                                         0x80000000,
                                                         0xFFFFFFFF,
                                                         0x7FFFFFFFFFFFFFFF,
                                                         0x8000000000000000,
                                                         0xFFFFFFFFFFFFFFFF};
    const uint64_t value = kValues[random_.next_below(kValues.size())];
    const uint64_t width = uint64_t{1} << random_.next_below(4);  // 1, 2, 4 or 8 bytes
    uint64_t at = place();
    if (random_.next_below(2) == 0) at -= at % width;  // fields are mostly aligned
    for (uint64_t i = 0; i < width && at + i < bytes_.size(); ++i) {
      bytes_[at + i] = static_cast<std::byte>(value >> (8 * i));
    }
  }

  std::vector<std::byte>& bytes_;
  base::CounterRng random_;
};

}  // namespace detail

/// A damaged copy of original, never equal to it; every case_index gives another one. One to four kinds of damage at
/// once.
inline std::vector<std::byte> mutate(std::span<const std::byte> original, uint64_t case_index) {
  std::vector<std::byte> bytes(original.begin(), original.end());
  detail::Mutator mutator(bytes, case_index);
  const uint64_t n_times = case_index % 4 == 3 ? 4 : 1;
  for (uint64_t i = 0; i < n_times || std::ranges::equal(bytes, original); ++i) mutator.damage_once();
  return bytes;
}

}  // namespace inr::test
