// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The normal numbers that numpy's RandomState(seed).randn() gives (released.md, section 1): Mersenne Twister, doubles
// of 53 bits, the polar method. For the samples that scripts of the released code draw for a seed; everything else here
// is drawn by CounterRng.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

namespace inr::base {

/// One sequence. To the last bit numpy's where the C library's log and sqrt are.
class LegacyNormal {
 public:
  static constexpr uint64_t kMaxSeed = UINT32_MAX;
  /// Throws UsageError above kMaxSeed, where numpy ends.
  static void require_seed(uint64_t seed);
  /// Throws the same.
  explicit LegacyNormal(uint64_t seed);
  double next();

 private:
  double uniform();  // [0, 1)
  std::mt19937 bits_;
  std::optional<double> kept_;  // normals come in pairs
};

/// Rows of RandomState(seed).randn(N, width), rounded to float32: row 0 is what randn(1, width) gives. One after
/// another they cost no more than their own numbers; going back begins again.
class LegacyNormalRows {
 public:
  explicit LegacyNormalRows(size_t width) : width_(width) {}
  std::vector<float> row(uint64_t seed, uint64_t index);

 private:
  size_t width_;
  std::optional<LegacyNormal> sequence_;
  uint64_t seed_ = 0, next_ = 0;  // of the sequence: its seed, its next row
};

}  // namespace inr::base
