// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Linear layers for groups of latents, on every instruction set that this machine has: against sums in float64, against
// the chain of fused multiply-adds that they promise, and with strangers in the other lanes.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "unit/kernels/on_every_processor.hpp"

using namespace inr;
using kernels::Buffer;
using kernels::kGroup;
using test::on_every_processor;
using test::random;

namespace {

struct Layer {
  int64_t rows = 0, columns = 0, n_groups = 0;
  int64_t stride = columns + 3;  // of the weight's rows
  Buffer weight = random(rows * stride, 1);
  Buffer bias = random(rows, 2);
  Buffer in = random(n_groups * columns * kGroup, 3);

  [[nodiscard]] std::vector<float> apply(const kernels::Operations& operations) const {
    const int64_t out_stride = rows * kGroup + 5;
    Buffer out = Buffer::zeros(n_groups * out_stride);
    operations.linear({weight.data(), stride, bias.data(), rows, columns, in.data(), n_groups, columns * kGroup,
                       out.data(), out_stride});
    std::vector<float> values;
    for (int64_t g = 0; g < n_groups; ++g) {
      const float* from = out.data() + g * out_stride;
      values.insert(values.end(), from, from + rows * kGroup);
      for (int64_t i = rows * kGroup; i < out_stride; ++i) BOOST_TEST(from[i] == 0);  // not written
    }
    return values;
  }
  /// The sum that chain(sum, weight, input) makes, from the bias on.
  template <typename Sum, typename Chain>
  [[nodiscard]] std::vector<Sum> chained(const Chain& chain) const {
    std::vector<Sum> values;
    for (int64_t g = 0; g < n_groups; ++g) {
      for (int64_t o = 0; o < rows; ++o) {
        for (int64_t l = 0; l < kGroup; ++l) {
          auto sum = static_cast<Sum>(bias.data()[o]);
          for (int64_t k = 0; k < columns; ++k)
            sum = chain(sum, weight.data()[o * stride + k], in.data()[(g * columns + k) * kGroup + l]);
          values.push_back(sum);
        }
      }
    }
    return values;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(linear_is_one_chain_of_fused_multiply_adds) {
  for (const auto& [rows, columns, n_groups] : std::vector<std::array<int64_t, 3>>{
           {1, 1, 1}, {3, 7, 1}, {8, 40, 1}, {13, 64, 2}, {70, 33, 3}, {16, 0, 2}, {21, 129, 5}}) {
    const Layer layer{.rows = rows, .columns = columns, .n_groups = n_groups};
    const std::vector<double> exact = layer.chained<double>(
        [](double sum, float w, float x) { return sum + static_cast<double>(w) * static_cast<double>(x); });
    const std::vector<float> fused =
        layer.chained<float>([](float sum, float w, float x) { return std::fma(w, x, sum); });
    on_every_processor([&](const kernels::Operations& operations) {
      const std::vector<float> got = layer.apply(operations);
      BOOST_TEST(test::worst_ratio(std::span(got), std::span(exact), 2e-5, 1e-5) <= 1);
      if (operations.name != std::string("portable")) BOOST_TEST((got == fused));
    });
  }
}

BOOST_AUTO_TEST_CASE(a_latent_is_the_same_in_any_lane_and_company) {
  const Layer layer{.rows = 11, .columns = 50, .n_groups = 1};
  on_every_processor([&](const kernels::Operations& operations) {
    const std::vector<float> want = layer.apply(operations);
    Layer other{.rows = 11, .columns = 50, .n_groups = 3};
    std::fill_n(other.in.data(), other.in.size(), std::numeric_limits<float>::quiet_NaN());
    for (int64_t k = 0; k < 50; ++k)  // lane 2 goes to lane 13 of the last group, the rest is no number
      other.in.data()[(2 * 50 + k) * kGroup + 13] = layer.in.data()[k * kGroup + 2];
    const std::vector<float> got = other.apply(operations);
    for (int64_t o = 0; o < 11; ++o) {
      BOOST_TEST(got[static_cast<size_t>((2 * 11 + o) * kGroup + 13)] == want[static_cast<size_t>(o * kGroup + 2)]);
      BOOST_TEST(std::isnan(got[static_cast<size_t>(o * kGroup)]));
    }
  });
}
