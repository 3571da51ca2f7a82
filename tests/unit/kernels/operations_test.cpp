// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Weights, node values, features and functions, on every instruction set that this machine has, against their formulas
// in float64.
#include <algorithm>
#include <cmath>
#include <vector>

#include "unit/kernels/on_every_processor.hpp"

using namespace inr;
using kernels::Buffer;
using kernels::kPanel;
using kernels::kStrip;
using test::on_every_processor;
using test::random;

BOOST_AUTO_TEST_CASE(weights_of_every_modulation) {
  constexpr int64_t kColumns = 45;
  constexpr int64_t kFirst = 3;
  constexpr int64_t kCount = 39;
  constexpr int64_t kRank = 10;
  constexpr int64_t kRows = 5;
  const Buffer shared = random(kRows * kColumns, 1);
  const Buffer a = random(kRows * kRank, 2);
  const Buffer b = random(kRank * kColumns, 3);
  const Buffer gain = random(kRows, 4);
  for (const bool has_shared : {false, true}) {
    for (const int factored : {0, 1, 2}) {  // 2: gated
      for (const bool has_gain : {false, true}) {
        kernels::WeightJob job;
        if (has_shared) job.shared = shared.data();
        job.shared_stride = kColumns;
        if (factored > 0) {
          job.a = a.data();
          job.b = b.data();
          job.rank = kRank;
          job.b_stride = kColumns;
          job.gated = factored == 2;
        }
        if (has_gain) job.gain = gain.data();
        job.scale = 0.7F;
        job.rows = kRows;
        job.first = kFirst;
        job.columns = kCount;
        std::vector<double> want;
        for (int64_t c = 0; c < kCount; ++c) {
          for (int64_t row = 0; row < kStrip; ++row) {
            double sum = 0;
            for (int64_t k = 0; k < kRank && row < kRows; ++k)
              sum += static_cast<double>(a.data()[row * kRank + k]) *
                     static_cast<double>(b.data()[k * kColumns + kFirst + c]);
            double value = row < kRows ? static_cast<double>(0.7F) : 0;
            if (factored == 1) value *= sum;
            if (factored == 2) value *= 2 / (1 + std::exp(-sum));
            if (has_shared && row < kRows) value *= static_cast<double>(shared.data()[row * kColumns + kFirst + c]);
            if (has_gain && row < kRows) value *= static_cast<double>(gain.data()[row]);
            want.push_back(value);
          }
        }
        on_every_processor([&](const kernels::Operations& operations) {
          Buffer out = random(kCount * kStrip, 9);
          job.out = out.data();
          operations.weights(job);
          const std::span<const float> got(out.data(), static_cast<size_t>(out.size()));
          BOOST_TEST(test::worst_ratio(got, std::span<const double>(want), 1e-6, 2e-6) <= 1);
        });
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(gates_far_from_zero_saturate) {
  on_every_processor([](const kernels::Operations& operations) {
    const float a = 1;
    const std::vector<float> b = {-1e30F, -200, -80, 80, 200, 1e30F, NAN};
    Buffer out(static_cast<int64_t>(b.size()) * kStrip);
    kernels::WeightJob job;
    job.a = &a;
    job.b = b.data();
    job.rank = job.rows = 1;
    job.b_stride = job.columns = static_cast<int64_t>(b.size());
    job.gated = true;
    job.out = out.data();
    operations.weights(job);
    for (const int64_t i : {0, 1, 2}) BOOST_TEST(std::abs(out.data()[i * kStrip]) < 1e-30F);
    for (const int64_t i : {3, 4, 5}) BOOST_TEST(out.data()[i * kStrip] == 2);
    BOOST_TEST(std::isnan(out.data()[6 * kStrip]));
  });
}

BOOST_AUTO_TEST_CASE(spread_equals_its_formula) {
  for (const int64_t n_x : {2, 8, 10, 34}) {
    constexpr int64_t kNodesY = 9;
    constexpr int64_t kRows = 7;
    constexpr int64_t kStrips = 3;
    const int64_t lane = n_x * kStrip;
    const Buffer values = random(kStrips * kNodesY * lane, 1);
    const Buffer weights = random(kRows * kNodesY, 2);
    const int64_t strip_stride = lane + 24;
    std::vector<double> want;
    for (int64_t row = 0; row < kRows; ++row) {
      for (int64_t s = 0; s < kStrips; ++s) {
        for (int64_t j = 0; j < lane; ++j) {
          double sum = 0;
          for (int64_t i = 0; i < kNodesY; ++i) {
            const float value = values.data()[s * kNodesY * lane + kernels::spread_index(i, j, kNodesY, lane)];
            sum += static_cast<double>(weights.data()[row * kNodesY + i]) * static_cast<double>(value);
          }
          want.push_back(sum);
        }
      }
    }
    on_every_processor([&](const kernels::Operations& operations) {
      Buffer out = Buffer::zeros(kRows * kStrips * strip_stride);
      operations.spread({values.data(), lane, kNodesY, weights.data(), kRows, kStrips, out.data(),
                         kStrips * strip_stride, strip_stride});
      std::vector<float> got;
      for (int64_t i = 0; i < kRows * kStrips; ++i) {
        got.insert(got.end(), out.data() + i * strip_stride, out.data() + i * strip_stride + lane);
        BOOST_TEST(out.data()[i * strip_stride + lane] == 0);  // what lies behind is not touched
      }
      BOOST_TEST(test::worst_ratio(std::span<const float>(got), std::span<const double>(want), 1e-5, 1e-6) <= 1);
    });
  }
}

BOOST_AUTO_TEST_CASE(combine_sums_columns) {
  constexpr int64_t kColumns = 6;
  const Buffer strips = random(2 * kColumns * kStrip, 1);
  const std::vector<kernels::Entry> entries = {{0, 1, 2.0F}, {3, 1, -0.5F}, {5, 0, 1.0F}};
  on_every_processor([&](const kernels::Operations& operations) {
    Buffer out = random(2 * 3 * kStrip, 2);
    operations.combine({strips.data(), kColumns * kStrip, entries.data(), 3, 2, 3, out.data(), 3 * kStrip});
    for (int64_t s = 0; s < 2; ++s) {
      const float* from = strips.data() + s * kColumns * kStrip;
      const float* to = out.data() + s * 3 * kStrip;
      for (int64_t i = 0; i < kStrip; ++i) {
        BOOST_TEST(to[i] == from[5 * kStrip + i]);
        BOOST_TEST(std::abs(to[kStrip + i] - (2 * from[i] - 0.5F * from[3 * kStrip + i])) < 1e-6F);
        BOOST_TEST(to[2 * kStrip + i] == 0);
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(features_of_a_panel) {
  constexpr int64_t kFrequencies = 5;
  const Buffer x = random(kFrequencies * kPanel, 1, 3);
  const Buffer y = random(kFrequencies * kPanel, 2, 3);
  const auto apply = [](const Buffer& of, double (*f)(double)) {
    Buffer out(of.size());
    for (int64_t i = 0; i < of.size(); ++i) out.data()[i] = static_cast<float>(f(static_cast<double>(of.data()[i])));
    return out;
  };
  const Buffer sin_x = apply(x, std::sin);
  const Buffer cos_x = apply(x, std::cos);
  const Buffer sin_y = apply(y, std::sin);
  const Buffer cos_y = apply(y, std::cos);
  for (const int64_t y_stride : {int64_t{1}, kPanel}) {
    on_every_processor([&](const kernels::Operations& operations) {
      Buffer out(2 * kFrequencies * kPanel);
      operations.features({sin_x.data(), cos_x.data(), sin_y.data(), cos_y.data(), y_stride, kFrequencies, out.data()});
      double worst = 0;
      for (int64_t i = 0; i < kFrequencies; ++i) {
        for (int64_t p = 0; p < kPanel; ++p) {
          const double phase = static_cast<double>(x.data()[i * kPanel + p]) +
                               static_cast<double>(y.data()[y_stride == 1 ? i : i * kPanel + p]);
          worst = std::max(worst, std::abs(out.data()[i * kPanel + p] - std::sin(phase)));
          worst = std::max(worst, std::abs(out.data()[(kFrequencies + i) * kPanel + p] - std::cos(phase)));
        }
      }
      BOOST_TEST(worst < 3e-7);
    });
  }
}

BOOST_AUTO_TEST_CASE(hyperbolic_tangent) {
  on_every_processor([](const kernels::Operations& operations) {
    std::vector<float> x;
    for (int i = -2000; i <= 2001; ++i) x.push_back(static_cast<float>(i) * 0.005F);
    for (const float value : {0.0F, 1e-30F, 1e-4F, -0.0625F, 40.0F, -1e30F, INFINITY}) x.push_back(value);
    std::vector<float> y = x;
    operations.tanh(y.data(), static_cast<int64_t>(y.size()));
    double worst = 0;
    for (size_t i = 0; i < x.size(); ++i)
      worst = std::max(worst, std::abs(y[i] - std::tanh(static_cast<double>(x[i]))));
    BOOST_TEST(worst < 2e-7);
    float nan = NAN;
    operations.tanh(&nan, 1);
    BOOST_TEST(std::isnan(nan));
  });
}
