// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The coordinate term against its formula in float64, by both ways, in any cut across and down; which way is taken.
#include "render/coordinate_term.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "kernels/processor.hpp"
#include "support/test.hpp"

using namespace inr;
using kernels::kPanel;
using kernels::kStrip;

namespace {

const render::ForEach kOneByOne = [](int64_t n, const std::function<void(int64_t)>& work) {
  for (int64_t i = 0; i < n; ++i) work(i);
};

/// A block of one layer with m learned frequencies up to `longest`, N(0, 1 / columns) weights.
render::Block make_block(int64_t width, int64_t m, double longest, std::vector<double> fixed) {
  std::mt19937 generator(1);
  std::normal_distribution<double> normal;
  render::Block block;
  block.width = width;
  block.n_learned = m;
  block.n_fixed = static_cast<int64_t>(fixed.size() / 2);
  for (int64_t i = 0; i < m; ++i) {
    const double angle = normal(generator);
    const double length = longest * static_cast<double>(i + 1) / static_cast<double>(m);
    block.frequencies.push_back(static_cast<double>(static_cast<float>(length * std::cos(angle))));
    block.frequencies.push_back(static_cast<double>(static_cast<float>(length * std::sin(angle))));
  }
  block.frequencies.insert(block.frequencies.end(), fixed.begin(), fixed.end());
  render::Layer layer;
  const int64_t columns = 2 * (m + block.n_fixed);
  layer.e = {width, columns, kernels::Buffer::zeros(kernels::n_strips(width) * kStrip * columns)};
  for (int64_t row = 0; row < width; ++row) {
    for (int64_t c = 0; c < columns; ++c) {
      layer.e.strips.data()[(row / kStrip * columns + c) * kStrip + row % kStrip] =
          static_cast<float>(normal(generator) / std::sqrt(static_cast<double>(columns)));
    }
  }
  block.layers.push_back(std::move(layer));
  return block;
}

std::vector<double> axis(int64_t n, double low, double high) {
  std::vector<double> out;
  for (int64_t i = 0; i < n; ++i) out.push_back(low + (high - low) * static_cast<double>(i) / static_cast<double>(n));
  return out;
}

/// Largest error of the term over rows first .. first + 2 and panels from `panel` on, and some channels.
double worst_error(const render::Block& block, const render::CoordinateTerm& term, const std::vector<double>& x,
                   const std::vector<double>& y, int64_t first, int64_t panel) {
  const auto& operations = kernels::operations(kernels::best_processor());
  const auto width = static_cast<int64_t>(x.size());
  const int64_t n_panels = kernels::n_panels(width) - panel;
  const int64_t n_rows = std::min<int64_t>(3, static_cast<int64_t>(y.size()) - first);
  const int64_t padded = kernels::n_strips(block.width) * kStrip;
  kernels::Buffer rows(term.rows_floats(n_rows));
  kernels::Buffer panels(term.panels_floats(n_panels));
  kernels::Buffer out(padded * n_panels * kPanel);
  term.rows_of(0, first, n_rows, rows.data());
  const int64_t m = block.n_learned + block.n_fixed;
  double worst = 0;
  for (int64_t r = 0; r < n_rows; ++r) {
    term.panels_of(first + r, 1, panel, n_panels, panels.data());
    kernels::LayerJob job;
    job.parts[job.n_parts++] = term.part(0, r, panel, rows.data(), panels.data());
    job.rows = block.width;
    job.panels = n_panels;
    job.out = out.data();
    job.out_channel_stride = n_panels * kPanel;
    job.out_panel_stride = kPanel;
    operations.layer(job);
    for (int64_t i = panel * kPanel; i < width; i += 7) {
      for (int64_t row = 0; row < block.width; row += 5) {
        double want = 0;
        for (int64_t f = 0; f < m; ++f) {
          const auto at = static_cast<size_t>(2 * f);
          const double phase = block.frequencies[at] * x[static_cast<size_t>(i)] +
                               block.frequencies[at + 1] * y[static_cast<size_t>(first + r)];
          const float* weight = block.layers[0].e.strips.data() + row / kStrip * 2 * m * kStrip + row % kStrip;
          want += static_cast<double>(weight[f * kStrip]) * std::sin(phase) +
                  static_cast<double>(weight[(m + f) * kStrip]) * std::cos(phase);
        }
        const float got = out.data()[row * n_panels * kPanel + i - panel * kPanel];
        worst = std::max(worst, std::abs(static_cast<double>(got) - want));
      }
    }
  }
  return worst;
}

}  // namespace

BOOST_AUTO_TEST_CASE(term_equals_its_formula_by_both_ways) {
  const std::vector<double> fixed = {0, 50, 50, 0, -25, 25, 0, 201, 201, 0};
  const auto& operations = kernels::operations(kernels::best_processor());
  struct Case {
    int64_t width, m;
    double longest;
    bool has_fixed;
    int64_t n_x, n_y;
    double low, high;
    bool by_nodes;
  };
  for (const Case& c :
       {Case{512, 256, 39, false, 130, 70, 0, 1, true}, Case{512, 256, 80, true, 200, 200, -0.3, 1.3, true},
        Case{20, 16, 30, true, 60, 12, 0, 1, false}, Case{64, 8, 4, false, 70, 70, 0.4, 0.45, true},
        Case{30, 0, 0, true, 90, 90, 0, 1, true}, Case{30, 24, 30, false, 9, 9, 0, 1, false}}) {
    const render::Block block = make_block(c.width, c.m, c.longest, c.has_fixed ? fixed : std::vector<double>());
    const std::vector<double> x = axis(c.n_x, c.low, c.high);
    const std::vector<double> y = axis(c.n_y, c.low, c.high);
    const render::CoordinateTerm term(block, x, y, operations, kOneByOne);
    BOOST_TEST_CONTEXT("width " << c.width << ", longest " << c.longest << ", " << c.n_x << " x " << c.n_y) {
      BOOST_TEST(term.by_nodes() == c.by_nodes);
      for (const int64_t first : {int64_t{0}, c.n_y / 2, c.n_y - 1}) {
        for (const int64_t panel : {int64_t{0}, kernels::n_panels(c.n_x) - 1}) {
          BOOST_TEST(worst_error(block, term, x, y, first, panel) < 4e-6);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(few_nodes_are_what_makes_it_fast) {
  const auto& operations = kernels::operations(kernels::Processor::kPortable);
  const render::Block block = make_block(8, 64, 39, {});
  const render::CoordinateTerm term(block, axis(128, 0, 1), axis(128, 0, 1), operations, kOneByOne);
  BOOST_TEST(term.n_nodes_x() % 2 == 0);
  BOOST_TEST(term.n_nodes_x() <= 40);
  BOOST_TEST(term.n_nodes_y() >= 24);
  // So wide a window that the nodes would be as many as the points: features, and no tables of a thousand nodes.
  const render::CoordinateTerm wide(block, axis(256, -6, 7), axis(256, -6, 7), operations, kOneByOne);
  BOOST_TEST(!wide.by_nodes());
}
