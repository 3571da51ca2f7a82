// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// CRC-32C eight bytes at a time: by the processor's instruction, or by eight tables (M. Kounavis, F. Berry, "A
// systematic approach to building high performance software-based CRC generators", 2005).
#include "base/crc32c.hpp"

#include <array>
#include <cstring>

namespace inr::base {
namespace {

constexpr uint32_t kPolynomial = 0x82F63B78;

using Tables = std::array<std::array<uint32_t, 256>, 8>;

// tables[k][b]: what byte b does to the register when k further zero bytes follow it.
constexpr Tables make_tables() {
  Tables tables{};
  for (uint32_t b = 0; b < 256; ++b) {
    uint32_t crc = b;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kPolynomial : 0U);
    tables[0][b] = crc;
  }
  for (size_t k = 1; k < 8; ++k) {
    for (size_t b = 0; b < 256; ++b) tables[k][b] = (tables[k - 1][b] >> 8U) ^ tables[0][tables[k - 1][b] & 0xFFU];
  }
  return tables;
}

constexpr Tables kTables = make_tables();

uint64_t load_u64(const std::byte* at) noexcept {
  uint64_t value = 0;
  for (size_t i = 0; i < 8; ++i) value |= uint64_t{std::to_integer<uint8_t>(at[i])} << (8 * i);
  return value;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t crc32c_sse42(std::span<const std::byte> data, uint32_t seed) noexcept {
  uint64_t crc = ~seed;
  size_t i = 0;
  for (; i + 8 <= data.size(); i += 8) {
    uint64_t word = 0;
    std::memcpy(&word, data.data() + i, 8);
    crc = __builtin_ia32_crc32di(crc, word);
  }
  auto rest = static_cast<uint32_t>(crc);
  for (; i < data.size(); ++i) rest = __builtin_ia32_crc32qi(rest, std::to_integer<uint8_t>(data[i]));
  return ~rest;
}
#endif

}  // namespace

uint32_t crc32c_portable(std::span<const std::byte> data, uint32_t seed) noexcept {
  uint32_t crc = ~seed;
  size_t i = 0;
  for (; i + 8 <= data.size(); i += 8) {
    const uint64_t word = load_u64(data.data() + i) ^ crc;
    crc = 0;
    for (size_t k = 0; k < 8; ++k) crc ^= kTables[7 - k][(word >> (8 * k)) & 0xFFU];
  }
  for (; i < data.size(); ++i) crc = (crc >> 8U) ^ kTables[0][(crc ^ std::to_integer<uint32_t>(data[i])) & 0xFFU];
  return ~crc;
}

uint32_t crc32c(std::span<const std::byte> data, uint32_t seed) noexcept {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2") != 0) return crc32c_sse42(data, seed);
#endif
  return crc32c_portable(data, seed);
}

}  // namespace inr::base
