// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Philox4x32-10 and what is drawn from it.
//
// Layout: counter = {block, stream, index low, index high}, key = {seed low, seed high}. A block gives four words, used
// in order; a 64-bit number takes two, low word first. So (seed, stream, index, block) is a one-to-one map to (key,
// counter), and as the generator is a bijection for each key, no two streams of a seed share a block.
//
// Normals: M. Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics 37
// (1988), routine PPND16 (relative accuracy about 1e-16). Its logarithm is made here from the exponent and the series
// of atanh.
#include "base/philox.hpp"

#include <bit>
#include <cfloat>
#include <cmath>
#include <limits>

namespace inr::base {
namespace {

static_assert(FLT_EVAL_METHOD == 0, "the same bits on every machine need plain IEEE double arithmetic");

constexpr uint32_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
constexpr uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
constexpr int kRounds = 10;

uint32_t high(uint64_t value) noexcept { return static_cast<uint32_t>(value >> 32U); }
uint32_t low(uint64_t value) noexcept { return static_cast<uint32_t>(value); }

// Natural logarithm for 0 < x < infinity: x = m 2^e, sqrt(1/2) <= m < sqrt(2); ln m = 2 atanh(s), s = (m - 1) / (m +
// 1), |s| < 0.172, so twelve terms leave less than 1e-19.
double natural_log(double x) noexcept {
  int exponent = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= 0x1p54;
    exponent = -54;
  }
  const auto bits = std::bit_cast<uint64_t>(x);
  exponent += static_cast<int>(bits >> 52U) - 1023;
  double m = std::bit_cast<double>((bits & 0xFFFFFFFFFFFFFULL) | (uint64_t{1023} << 52U));
  if (m > 0x1.6a09e667f3bcdp0) {
    m *= 0.5;
    exponent += 1;
  }
  const double s = (m - 1.0) / (m + 1.0);
  const double s2 = s * s;
  double sum = 0;
  for (int k = 12; k >= 1; --k) sum = (sum + 1.0 / (2 * k + 1)) * s2;
  // ln 2 in two parts: the first times the exponent is exact.
  const double e = exponent;
  return e * 0x1.62e42fefa0000p-1 + (2.0 * s + (2.0 * s * sum + e * 0x1.cf79abc9e3b3ap-40));
}

template <size_t N>
double polynomial(const std::array<double, N>& coefficients, double x) noexcept {
  double sum = 0;
  for (size_t i = N; i-- > 0;) sum = sum * x + coefficients[i];
  return sum;
}

constexpr std::array<double, 8> kA = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                      1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                      3.3430575583588128105e4, 2.5090809287301226727e3};
constexpr std::array<double, 8> kB = {1.0,
                                      4.2313330701600911252e1,
                                      6.8718700749205790830e2,
                                      5.3941960214247511077e3,
                                      2.1213794301586595867e4,
                                      3.9307895800092710610e4,
                                      2.8729085735721942674e4,
                                      5.2264952788528545610e3};
constexpr std::array<double, 8> kC = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                      3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                      2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr std::array<double, 8> kD = {1.0,
                                      2.05319162663775882187e0,
                                      1.67638483018380384940e0,
                                      6.89767334985100004550e-1,
                                      1.48103976427480074590e-1,
                                      1.51986665636164571966e-2,
                                      5.47593808499534494600e-4,
                                      1.05075007164441684324e-9};
constexpr std::array<double, 8> kE = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                      2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                      2.71155556874348757815e-5, 2.01033439929228813265e-7};
constexpr std::array<double, 8> kF = {1.0,
                                      5.99832206555887937690e-1,
                                      1.36929880922735805310e-1,
                                      1.48753612908506148525e-2,
                                      7.86869131145613259100e-4,
                                      1.84631831751005468180e-5,
                                      1.42151175831644588870e-7,
                                      2.04426310338993978564e-15};

// q = u - 1/2, tail = min(u, 1 - u); both exact, which u alone could not be near 1.
double normal_quantile(double q, double tail) noexcept {
  if (q >= -0.425 && q <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(kA, r) / polynomial(kB, r);
  }
  const double r = std::sqrt(-natural_log(tail));  // sqrt is correctly rounded by IEEE 754
  const double x =
      r <= 5.0 ? polynomial(kC, r - 1.6) / polynomial(kD, r - 1.6) : polynomial(kE, r - 5.0) / polynomial(kF, r - 5.0);
  return q < 0 ? -x : x;
}

}  // namespace

std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) noexcept {
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t p0 = uint64_t{kMultiplier0} * counter[0];
    const uint64_t p1 = uint64_t{kMultiplier1} * counter[2];
    counter = {high(p1) ^ counter[1] ^ key[0], low(p1), high(p0) ^ counter[3] ^ key[1], low(p0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

CounterRng::CounterRng(uint64_t seed, uint64_t index, uint32_t stream) noexcept
    : seed_(seed), index_(index), stream_(stream) {}

uint32_t CounterRng::next_u32() noexcept {
  if (used_ == 4) {
    words_ = philox4x32({block_, stream_, low(index_), high(index_)}, {low(seed_), high(seed_)});
    ++block_;
    used_ = 0;
  }
  return words_[used_++];
}

uint64_t CounterRng::next_u64() noexcept {
  const uint64_t first = next_u32();
  return first | uint64_t{next_u32()} << 32U;
}

double CounterRng::next_uniform() noexcept { return static_cast<double>(next_u64() >> 11U) * 0x1p-53; }

uint64_t CounterRng::next_below(uint64_t n) noexcept {
  // Numbers below 2^64 mod n are drawn again, so that each residue is equally likely.
  const uint64_t rejected = (0 - n) % n;
  uint64_t value = next_u64();
  while (value < rejected) value = next_u64();
  return value % n;
}

double CounterRng::next_normal() noexcept {
  // k + 1/2 - 2^52 in units of 2^-53: symmetric about 0, never 0 or 1, and 2k + 1 - 2^53 is exact in a double.
  const auto k = static_cast<int64_t>(next_u64() >> 11U);
  const double q = static_cast<double>(2 * k + 1 - (int64_t{1} << 53U)) * 0x1p-54;
  return normal_quantile(q, 0.5 - (q < 0 ? -q : q));
}

void CounterRng::fill_normal(std::span<float> out) noexcept {
  for (float& value : out) value = static_cast<float>(next_normal());
}

void CounterRng::fill_uniform(std::span<float> out) noexcept {
  // 24 bits: what a float holds without rounding up to 1.
  for (float& value : out) value = static_cast<float>(next_u32() >> 8U) * 0x1p-24F;
}

double inverse_normal_cdf(double u) noexcept {
  if (u == 0) return -std::numeric_limits<double>::infinity();
  if (u == 1) return std::numeric_limits<double>::infinity();
  if (!(u > 0 && u < 1)) return std::numeric_limits<double>::quiet_NaN();
  return normal_quantile(u - 0.5, u < 0.5 ? u : 1.0 - u);
}

}  // namespace inr::base
