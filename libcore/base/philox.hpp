// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
// A stream is keyed by (seed, index, stream): sample i is the same whatever the batch, the process count or the device.
// Normal deviates use integer arithmetic and IEEE + - * / sqrt only (no libm), so they have the same bits on every
// machine.
#pragma once
#include <array>
#include <cstdint>
#include <span>

namespace inr::base {

/// The raw bijection: ten rounds over counter with key.
std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) noexcept;

/// Sequential view of one keyed stream. Counter: {block, stream, index low, index high}; key: {seed low, seed high}.
/// Distinct (seed, index, stream) never share numbers; 2^32 blocks of four words each are available per stream.
class CounterRng {
 public:
  explicit CounterRng(uint64_t seed, uint64_t index = 0, uint32_t stream = 0) noexcept;
  uint32_t next_u32() noexcept;
  uint64_t next_u64() noexcept;
  /// Uniform in [0, 1), 53 bits.
  double next_uniform() noexcept;
  /// Uniform in [0, n), unbiased. n > 0.
  uint64_t next_below(uint64_t n) noexcept;
  /// Standard normal by inversion (one 53-bit uniform each); |x| <= 8.3.
  double next_normal() noexcept;
  /// next_normal() rounded to float, one for each element.
  void fill_normal(std::span<float> out) noexcept;
  /// Uniform in [0, 1), 24 bits, one word for each element.
  void fill_uniform(std::span<float> out) noexcept;

 private:
  uint64_t seed_;
  uint64_t index_;
  uint32_t stream_;
  uint32_t block_ = 0;
  uint32_t used_ = 4;
  std::array<uint32_t, 4> words_{};
};

/// Inverse of the standard normal distribution function, u in (0, 1); relative error below 1e-12; no libm. 0 and 1 give
/// the infinities, anything else NaN.
double inverse_normal_cdf(double u) noexcept;

}  // namespace inr::base
