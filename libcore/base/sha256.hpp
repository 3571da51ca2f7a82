// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4): content hashes of datasets and checkpoints. The state between two pieces can be saved and
// restored, so that a hash over a dataset survives an interruption of the program that builds it.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace inr::base {

/// Incremental SHA-256. A value type: a copy continues independently. Not safe for several threads at once.
class Sha256 {
 public:
  Sha256() noexcept;
  void update(std::span<const std::byte> data) noexcept;
  void update(std::string_view text) noexcept;
  /// Digest of everything so far as 64 lower-case hex digits; the object can be continued.
  [[nodiscard]] std::string hex() const;
  /// Everything needed to continue, as hex text (at most 210 characters).
  [[nodiscard]] std::string save() const;
  /// Continues from save(). Throws DataError where text is not such a state.
  static Sha256 restore(std::string_view text);

 private:
  void compress(const std::byte* block) noexcept;
  std::array<uint32_t, 8> state_;
  std::array<std::byte, 64> pending_{};  // the first n_bytes_ % 64 are in use
  uint64_t n_bytes_ = 0;
};

/// 64 lower-case hex digits.
std::string sha256_hex(std::span<const std::byte> data);

}  // namespace inr::base
