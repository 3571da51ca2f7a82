// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Nodes carry waves up to their frequency; fixed frequencies are what their separation says.
#include "render/nodes.hpp"

#include <cmath>
#include <numeric>
#include <vector>

#include "support/test.hpp"

using namespace inr;

BOOST_AUTO_TEST_CASE(node_counts_follow_the_rule) {
  for (const double s : {0.5, 2.0, 5.0, 10.0, 19.5, 34.0, 50.0}) {
    const auto rule = static_cast<int64_t>(std::ceil(s + 4 * std::cbrt(s) + 6));
    const int64_t n = render::node_count(2 * s, 1, 1e-7);
    BOOST_TEST_CONTEXT("s " << s << ", rule " << rule << ", nodes " << n) {
      BOOST_TEST(n <= rule + 4);
      BOOST_TEST(n >= rule - 4);
    }
    BOOST_TEST(render::node_count(2 * s, 1, 1e-7) == render::node_count(s, 2, 1e-7));
    BOOST_TEST(render::node_count(2 * s, 1, 1e-14) > n);
  }
  BOOST_TEST(render::node_count(0, 1, 1e-7) == 2);  // the derivative is not constant
  BOOST_TEST(render::node_count(40, 0, 1e-7) == 1);
  BOOST_TEST(render::node_count(1e-300, 1e-10, 1e-7) == 2);
  BOOST_TEST(render::node_count(1e5, 1, 1e-7) == 0);
  BOOST_TEST(render::node_count(NAN, 1, 1e-7) == 0);
  BOOST_TEST(render::node_count(INFINITY, 1, 1e-7) == 0);
}

BOOST_AUTO_TEST_CASE(nodes_carry_a_wave) {
  for (const auto& [frequency, low, high] : {std::tuple{30.0, 0.0, 1.0}, {80.0, -0.3, 1.3}, {0.5, 2.0, 2.25}}) {
    const render::Nodes nodes(low, high, render::node_count(frequency, high - low, 1e-7));
    std::vector<double> weights(nodes.size());
    double worst = 0;
    for (int i = 0; i <= 500; ++i) {
      const double x = low + (high - low) * i / 500;
      nodes.weights_at(x, weights);
      double value = 0;
      for (size_t j = 0; j < weights.size(); ++j) value += weights[j] * std::sin(frequency * nodes.points()[j]);
      worst = std::max(worst, std::abs(value - std::sin(frequency * x)));
      BOOST_TEST(std::abs(std::accumulate(weights.begin(), weights.end(), 0.0) - 1) < 1e-12);
    }
    BOOST_TEST_CONTEXT("frequency " << frequency) { BOOST_TEST(worst < 2e-7); }
  }
}

BOOST_AUTO_TEST_CASE(a_point_on_a_node_has_its_value) {
  const render::Nodes nodes(0, 1, 7);
  std::vector<double> weights(7);
  nodes.weights_at(nodes.points()[2], weights);
  BOOST_TEST(weights[2] == 1);
  BOOST_TEST(weights[3] == 0);
}

BOOST_AUTO_TEST_CASE(separated_frequencies) {
  const std::vector<double> f = {0, 3, 5, 0, -2.5, 2.5, 2.5, 2.5, 5, -1};
  const render::Separated separated(f);
  BOOST_TEST(separated.n_frequencies() == 5);
  BOOST_TEST(separated.n_columns() == 5);  // 1, cos 2.5 x, sin 2.5 x, cos 5 x, sin 5 x
  std::vector<double> columns(5);
  for (const double x : {-0.7, 0.0, 0.41}) {
    for (const double y : {0.0, 0.93, 2.0}) {
      separated.columns(x, columns);
      std::vector<double> features(10);
      separated.row(y, [&](int64_t column, int64_t feature, double factor) {
        features[static_cast<size_t>(feature)] += factor * columns[static_cast<size_t>(column)];
      });
      for (size_t i = 0; i < 5; ++i) {
        const double phase = f[2 * i] * x + f[2 * i + 1] * y;
        BOOST_TEST(std::abs(features[i] - std::sin(phase)) < 1e-13);
        BOOST_TEST(std::abs(features[5 + i] - std::cos(phase)) < 1e-13);
      }
    }
  }
}
