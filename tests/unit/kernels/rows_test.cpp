// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Interpolation between rows, moments and differences of rows, on every instruction set that this machine has, against
// their formulas in float64.
#include <cmath>
#include <vector>

#include "unit/kernels/on_every_processor.hpp"

using namespace inr;
using kernels::Buffer;
using kernels::kPanel;
using test::on_every_processor;
using test::random;

BOOST_AUTO_TEST_CASE(interpolation_between_rows) {
  constexpr int64_t kChannels = 5;
  struct Case {
    double step;  // cells from one point to the next
    int64_t panels, first;
  };
  for (const Case& c : {Case{0.49, 2, 0}, {1, 1, 0}, {0.2, 3, 7}, {2.3, 2, 1}, {0, 1, 4}}) {
    const int64_t n = c.panels * kPanel;
    std::vector<int32_t> left;
    const Buffer part = random(n, 1);
    for (int64_t j = 0; j < n; ++j)
      left.push_back(static_cast<int32_t>(c.first + static_cast<int64_t>(c.step * static_cast<double>(j))));
    const int64_t stride = left.back() + 2 + kernels::kOverread;
    const Buffer upper = random(kChannels * stride, 2);
    const Buffer lower = random(kChannels * stride, 3);
    kernels::InterpolateJob job{upper.data(), lower.data(), stride,    0.3F,
                                left.data(),  part.data(),  kChannels, c.panels};
    std::vector<double> want;
    for (int64_t channel = 0; channel < kChannels; ++channel) {
      const auto blended = [&](int64_t i) {
        const auto a = static_cast<double>(upper.data()[channel * stride + i]);
        return a + static_cast<double>(job.part_y) * (static_cast<double>(lower.data()[channel * stride + i]) - a);
      };
      for (int64_t j = 0; j < n; ++j) {
        const int32_t i = left[static_cast<size_t>(j)];
        want.push_back(blended(i) + static_cast<double>(part.data()[j]) * (blended(i + 1) - blended(i)));
      }
    }
    std::vector<std::vector<float>> all;
    on_every_processor([&](const kernels::Operations& operations) {
      Buffer room(stride + kernels::kOverread);
      Buffer out(kChannels * (n + 3));
      job.blended = room.data();
      job.out = out.data();
      job.out_stride = n + 3;
      operations.interpolate(job);
      std::vector<float>& got = all.emplace_back();
      for (int64_t channel = 0; channel < kChannels; ++channel) {
        got.insert(got.end(), out.data() + channel * (n + 3), out.data() + channel * (n + 3) + n);
      }
      BOOST_TEST(test::worst_ratio(std::span<const float>(got), std::span<const double>(want), 1e-5, 1e-6) <= 1);
    });
    if (all.size() == 3) BOOST_TEST((all[1] == all[2]));
  }
}

BOOST_AUTO_TEST_CASE(moments_of_rows) {
  constexpr int64_t kChannels = 4;
  constexpr float kMeans[kChannels] = {0, -3, 1000, 1.97131F};
  constexpr float kDeviations[kChannels] = {1, 0.2F, 0.1F, 0};
  for (const int64_t points : {1, 31, 32, 77, 96}) {
    const int64_t n_panels = kernels::n_panels(points);
    const int64_t panel_stride = (kChannels + 1) * kPanel;
    Buffer panels = random(n_panels * panel_stride, 4);
    const auto at = [&](int64_t c, int64_t p) -> float& {
      return panels.data()[p / kPanel * panel_stride + c * kPanel + p % kPanel];
    };
    for (int64_t c = 0; c < kChannels; ++c) {
      for (int64_t p = 0; p < n_panels * kPanel; ++p) {  // padding is no part of it
        at(c, p) = p < points ? kMeans[c] + kDeviations[c] * at(c, p) : NAN;
      }
    }
    std::vector<std::vector<double>> all;
    on_every_processor([&](const kernels::Operations& operations) {
      std::vector<double>& got = all.emplace_back(3 * kChannels);
      operations.moments({panels.data(), panel_stride, kChannels, points, got.data()});
      for (int64_t c = 0; c < kChannels; ++c) {
        const double* sums = got.data() + 3 * c;
        double sum = 0;
        double squares = 0;
        for (int64_t p = 0; p < points; ++p) {
          const double apart = static_cast<double>(at(c, p)) - static_cast<double>(at(c, 0));
          sum += apart;
          squares += apart * apart;
        }
        BOOST_TEST(sums[0] == static_cast<double>(at(c, 0)));
        const auto size = static_cast<double>(kDeviations[c]) * static_cast<double>(points);
        BOOST_TEST(std::abs(sums[1] - sum) <= 2e-6 * size);
        BOOST_TEST(std::abs(sums[2] - squares) <= 4e-6 * size * static_cast<double>(kDeviations[c]));
      }
    });
    if (all.size() > 2) BOOST_TEST((all[1] == all[2]));
  }
}

BOOST_AUTO_TEST_CASE(differences_of_panels) {
  constexpr int64_t kN = 3 * kPanel;
  const Buffer b11 = random(kN, 1);
  const Buffer b12 = random(kN, 2);
  const Buffer b21 = random(kN, 3);
  const Buffer b22 = random(kN, 4);
  on_every_processor([&](const kernels::Operations& operations) {
    std::vector<Buffer> t;
    for (int i = 0; i < 4; ++i) t.push_back(Buffer::zeros(kN));
    operations.differences(
        {b11.data(), b12.data(), b21.data(), b22.data(), t[0].data(), t[1].data(), t[2].data(), t[3].data(), kN});
    for (int64_t i = 0; i < kN; ++i) {
      const float t1 = b12.data()[i] - b11.data()[i];
      const float t2 = b22.data()[i] - t1;
      BOOST_TEST(t[0].data()[i] == t1);
      BOOST_TEST(t[1].data()[i] == t2);
      BOOST_TEST(t[2].data()[i] == b22.data()[i] - b12.data()[i]);
      BOOST_TEST(t[3].data()[i] == t2 - b21.data()[i]);
    }
  });
}
