// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Unsigned integers as little-endian bytes, whatever the host's order (compilers turn these into plain loads and
// stores).
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace inr::base {

/// Reads the first sizeof(T) bytes; the caller has checked that they are there.
template <typename T>
T load_le(std::span<const std::byte> bytes) noexcept {
  static_assert(std::is_unsigned_v<T>);
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>(value | static_cast<T>(static_cast<T>(bytes[i]) << 8 * i));
  return value;
}

/// Writes the first sizeof(T) bytes.
template <typename T>
void store_le(std::span<std::byte> bytes, T value) noexcept {
  static_assert(std::is_unsigned_v<T>);
  for (size_t i = 0; i < sizeof(T); ++i) bytes[i] = static_cast<std::byte>(value >> 8 * i & 0xFF);
}

}  // namespace inr::base
