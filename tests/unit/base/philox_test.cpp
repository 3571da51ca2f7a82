// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The generator against the paper's vectors, the normals' bits on every machine, and their distribution.
#include "base/philox.hpp"

#include <bit>
#include <set>
#include <vector>

#include "support/test.hpp"

using namespace inr::base;

BOOST_AUTO_TEST_SUITE(philox)

BOOST_AUTO_TEST_CASE(known_answers) {
  using Words = std::array<uint32_t, 4>;
  const uint32_t ones = 0xFFFFFFFF;
  BOOST_TEST((philox4x32({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  BOOST_TEST(
      (philox4x32({ones, ones, ones, ones}, {ones, ones}) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  BOOST_TEST((philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
              Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

BOOST_AUTO_TEST_CASE(layout_of_the_counter) {
  CounterRng random(0x1111111122222222, 0x3333333344444444, 0x55555555);
  for (uint32_t block = 0; block < 3; ++block) {
    const auto words = philox4x32({block, 0x55555555, 0x44444444, 0x33333333}, {0x22222222, 0x11111111});
    for (const uint32_t word : words) BOOST_TEST(random.next_u32() == word);
  }
  CounterRng a(7), b(7);
  const uint64_t low = b.next_u32();
  BOOST_TEST(a.next_u64() == (low | uint64_t{b.next_u32()} << 32U));
}

BOOST_AUTO_TEST_CASE(streams_differ) {
  std::set<uint64_t> first;
  for (uint64_t seed : {0ULL, 1ULL, 1ULL << 32U}) {
    for (uint64_t index : {0ULL, 1ULL, 1ULL << 32U}) {
      for (uint32_t stream : {0U, 1U}) first.insert(CounterRng(seed, index, stream).next_u64());
    }
  }
  BOOST_TEST(first.size() == 18U);
}

// These bits are a promise: a sample of a seed must be the same picture on every machine and in every version.
BOOST_AUTO_TEST_CASE(normals_have_pinned_bits) {
  CounterRng random(1, 2, 3);
  for (const double expected :
       {-0x1.ec51e94a71de8p-3, -0x1.5e7f5ad2aa726p-2, -0x1.c890a810e4fb9p-1, 0x1.fb24d4b7cec89p-1}) {
    BOOST_TEST(std::bit_cast<uint64_t>(random.next_normal()) == std::bit_cast<uint64_t>(expected));
  }
  // A hash of many, tails among them (FNV-1a over the words).
  CounterRng many(0);
  uint64_t hash = 0xcbf29ce484222325;
  for (int i = 0; i < 100'000; ++i) hash = (hash ^ std::bit_cast<uint64_t>(many.next_normal())) * 0x100000001b3;
  BOOST_TEST(hash == 0x7bc897034a68dad2);
  std::vector<float> floats(1000);
  CounterRng(5).fill_normal(floats);
  CounterRng same(5);
  for (const float value : floats) BOOST_TEST(value == static_cast<float>(same.next_normal()));
}

BOOST_AUTO_TEST_CASE(quantiles) {
  // Wichura's own check values, and values far out.
  BOOST_TEST(inverse_normal_cdf(0.25) == -0.6744897501960817, boost::test_tools::tolerance(1e-15));
  BOOST_TEST(inverse_normal_cdf(0.001) == -3.090232306167814, boost::test_tools::tolerance(1e-15));
  BOOST_TEST(inverse_normal_cdf(1e-20) == -9.262340089798408, boost::test_tools::tolerance(1e-15));
  BOOST_TEST(inverse_normal_cdf(0.5) == 0.0);
  BOOST_TEST(std::isinf(inverse_normal_cdf(0)));
  BOOST_TEST(inverse_normal_cdf(1) == INFINITY);
  BOOST_TEST(std::isnan(inverse_normal_cdf(-0.1)));
  BOOST_TEST(std::isnan(inverse_normal_cdf(NAN)));
  // There and back through the C library's erfc; its own error and the condition of the tail allow 1e-12 relative in u.
  for (int i = 0; i < 1300; ++i) {
    const double u = 1e-300 * std::pow(1.7, i);
    const double x = inverse_normal_cdf(u);
    const double condition = 1 + x * x;
    BOOST_TEST(std::abs(0.5 * std::erfc(-x / std::sqrt(2.0)) / u - 1) < 1e-15 * condition * 4, "u = " << u);
    if (u > 1e-3) BOOST_TEST(inverse_normal_cdf(1 - u) == -x, boost::test_tools::tolerance(1e-12));
  }
  // Continuous and rising across the seams at 0.075 and e^-25.
  for (const double seam : {0.075, 0.925, 1.3887943864964021e-11}) {
    double before = inverse_normal_cdf(seam * (1 - 1e-9));
    for (int i = -9; i <= 10; ++i) {
      const double x = inverse_normal_cdf(seam * (1 + i * 1e-10));
      BOOST_TEST(x > before);
      BOOST_TEST(x - before < 1e-8);
      before = x;
    }
  }
}

BOOST_AUTO_TEST_CASE(moments_and_tails_of_normals) {
  constexpr int kN = 400'000;
  CounterRng random(2024);
  double sum = 0, sum2 = 0, sum3 = 0, sum4 = 0, lag = 0, last = 0;
  int n_beyond_3 = 0;
  for (int i = 0; i < kN; ++i) {
    const double x = random.next_normal();
    sum += x;
    sum2 += x * x;
    sum3 += x * x * x;
    sum4 += x * x * x * x;
    lag += x * last;
    last = x;
    n_beyond_3 += std::abs(x) > 3 ? 1 : 0;
  }
  // Five standard errors: sqrt(1, 2, 15, 96, 1) / sqrt(N).
  const double error = 5 / std::sqrt(double{kN});
  BOOST_TEST(std::abs(sum / kN) < error);
  BOOST_TEST(std::abs(sum2 / kN - 1) < error * std::sqrt(2.0));
  BOOST_TEST(std::abs(sum3 / kN) < error * std::sqrt(15.0));
  BOOST_TEST(std::abs(sum4 / kN - 3) < error * std::sqrt(96.0));
  BOOST_TEST(std::abs(lag / kN) < error);
  const double expected = 0.0026997960632601866 * kN;
  BOOST_TEST(std::abs(n_beyond_3 - expected) < 5 * std::sqrt(expected));
}

BOOST_AUTO_TEST_CASE(uniforms) {
  CounterRng random(3);
  double sum = 0, smallest = 1, largest = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double u = random.next_uniform();
    sum += u;
    smallest = std::min(smallest, u);
    largest = std::max(largest, u);
  }
  BOOST_TEST(std::abs(sum / 100'000 - 0.5) < 5 * 0.2887 / std::sqrt(100'000.0));
  BOOST_TEST(smallest >= 0.0);
  BOOST_TEST(smallest < 1e-4);
  BOOST_TEST(largest < 1.0);
  BOOST_TEST(largest > 1 - 1e-4);
  std::vector<float> floats(100'000);
  random.fill_uniform(floats);
  for (const float u : floats) BOOST_REQUIRE((u >= 0.0F && u < 1.0F));
}

BOOST_AUTO_TEST_CASE(below) {
  CounterRng random(4);
  std::array<int, 10> counts{};
  for (int i = 0; i < 100'000; ++i) ++counts.at(random.next_below(10));
  for (const int count : counts) BOOST_TEST(std::abs(count - 10'000) < 5 * 95);  // sqrt(N p (1 - p)) = 95
  BOOST_TEST(random.next_below(1) == 0U);
  // Just above half of 2^64 a plain remainder would make the lower values twice as likely.
  const uint64_t n = (uint64_t{1} << 63U) + 1;
  int n_low = 0;
  for (int i = 0; i < 10'000; ++i) {
    const uint64_t value = random.next_below(n);
    BOOST_REQUIRE(value < n);
    n_low += value < n / 2 ? 1 : 0;
  }
  BOOST_TEST(std::abs(n_low - 5000) < 5 * 50);
}

BOOST_AUTO_TEST_SUITE_END()
