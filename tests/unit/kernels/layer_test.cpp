// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The layer, on every instruction set that this machine has, against its formula in float64.
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

namespace {

/// Element (row, column) of a matrix in strips, (channel, point) of features in panels.
double of_strips(const Buffer& strips, int64_t columns, int64_t row, int64_t column) {
  return strips.data()[(row / kStrip * columns + column) * kStrip + row % kStrip];
}
double of_panels(const Buffer& panels, int64_t channels, int64_t channel, int64_t point) {
  return panels.data()[(point / kPanel * channels + channel) * kPanel + point % kPanel];
}

struct LayerCase {
  int64_t rows, columns, term_columns, panels;
  int64_t shared_by;  // points that share a coarser cell; 0: no coarser grid
  kernels::Activation activation;
  bool bias;
};
constexpr auto kNone = kernels::Activation::kNone;
constexpr auto kRelu = kernels::Activation::kRelu;
constexpr auto kLeaky = kernels::Activation::kLeaky;

/// The whole layer in planar order, padded rows left out.
std::vector<float> run_layer(const kernels::Operations& operations, const LayerCase& c, const Buffer& strips,
                             const Buffer& panels, const Buffer& term, const Buffer& basis, const Buffer& bias,
                             const Buffer& coarse, int64_t stride, const std::vector<int32_t>& parents) {
  Buffer out(kernels::n_strips(c.rows) * kStrip * c.panels * kPanel);
  kernels::LayerJob job;
  job.parts[job.n_parts++] = {strips.data(), panels.data(), c.columns, c.columns * kStrip, c.columns * kPanel};
  if (c.term_columns > 0) {
    job.parts[job.n_parts++] = {term.data(), basis.data(), c.term_columns, c.term_columns * kStrip,
                                c.term_columns * kPanel};
  }
  if (c.bias) job.bias = bias.data();
  if (c.shared_by != 0) {  // both of them
    job.coarse[job.n_coarse++] = {coarse.data(), stride, parents.data()};
    job.coarse[job.n_coarse++] = {coarse.data() + 1, stride, parents.data()};
  }
  job.activation = c.activation;
  job.rows = c.rows;
  job.panels = c.panels;
  job.out = out.data();
  job.out_channel_stride = c.panels * kPanel;
  job.out_panel_stride = kPanel;
  operations.layer(job);
  return {out.data(), out.data() + c.rows * c.panels * kPanel};
}

}  // namespace

BOOST_AUTO_TEST_CASE(layer_equals_its_formula) {
  const std::vector<LayerCase> cases = {{8, 16, 0, 1, 0, kNone, true},  {512, 64, 34, 2, 2, kRelu, true},
                                        {3, 40, 0, 3, 1, kNone, true},  {35, 17, 5, 2, 3, kLeaky, false},
                                        {12, 1, 0, 1, 7, kNone, false}, {1, 7, 2, 4, 32, kRelu, true},
                                        {13, 9, 40, 1, 5, kLeaky, true}};
  for (size_t n = 0; n < cases.size(); ++n) {
    const LayerCase& c = cases[n];
    const int64_t rows = kernels::n_strips(c.rows) * kStrip;
    const int64_t n_points = c.panels * kPanel;
    const Buffer strips = random(rows * c.columns, 1, 0.2F);
    const Buffer panels = random(n_points * c.columns, 2);
    const Buffer term = random(rows * c.term_columns, 3, 0.2F);
    const Buffer basis = random(n_points * c.term_columns, 4);
    const Buffer bias = random(rows, 5);
    std::vector<int32_t> parents;
    for (int64_t p = 0; p < n_points; ++p) {
      parents.push_back(static_cast<int32_t>(c.shared_by > 0 ? p / c.shared_by : 0));
    }
    const int64_t stride = parents.back() + 1 + kernels::kOverread;
    const Buffer coarse = random(c.rows * stride, 6);
    std::vector<double> want;
    for (int64_t row = 0; row < c.rows; ++row) {
      for (int64_t p = 0; p < n_points; ++p) {
        double sum = c.bias ? bias.data()[row] : 0;
        const float* cell = coarse.data() + row * stride + parents[static_cast<size_t>(p)];
        if (c.shared_by != 0) sum += static_cast<double>(cell[0]) + static_cast<double>(cell[1]);
        for (int64_t i = 0; i < c.columns; ++i)
          sum += of_strips(strips, c.columns, row, i) * of_panels(panels, c.columns, i, p);
        for (int64_t i = 0; i < c.term_columns; ++i)
          sum += of_strips(term, c.term_columns, row, i) * of_panels(basis, c.term_columns, i, p);
        want.push_back(c.activation == kRelu    ? std::max(sum, 0.0)
                       : c.activation == kLeaky ? std::max(sum, static_cast<double>(0.2F) * sum)
                                                : sum);
      }
    }
    std::vector<std::vector<float>> all;
    on_every_processor([&](const kernels::Operations& operations) {
      all.push_back(run_layer(operations, c, strips, panels, term, basis, bias, coarse, stride, parents));
      BOOST_TEST_CONTEXT("case " << n) {
        BOOST_TEST(test::worst_ratio(std::span<const float>(all.back()), std::span<const double>(want), 1e-5, 1e-6) <=
                   1);
      }
    });
    if (all.size() == 3) BOOST_TEST((all[1] == all[2]));  // both fuse: the same chain of multiply-adds
  }
}

BOOST_AUTO_TEST_CASE(relu_keeps_what_is_not_a_number) {
  on_every_processor([](const kernels::Operations& operations) {
    Buffer strips = Buffer::zeros(kStrip);
    Buffer panels = Buffer::zeros(kPanel);
    Buffer out(kStrip * kPanel);
    strips.data()[0] = 1;
    panels.data()[3] = NAN;
    panels.data()[4] = -1;
    kernels::LayerJob job;
    job.parts[job.n_parts++] = {strips.data(), panels.data(), 1, kStrip, kPanel};
    job.activation = kernels::Activation::kRelu;
    job.rows = 8;
    job.panels = 1;
    job.out = out.data();
    job.out_channel_stride = job.out_panel_stride = kPanel;
    operations.layer(job);
    BOOST_TEST(std::isnan(out.data()[3]));
    BOOST_TEST(out.data()[4] == 0);
  });
}
