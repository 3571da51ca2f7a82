// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The coordinate term by way of nodes against the plain products it stands for: values and gradients, both types, any
// window.
#include "field/coordinate_term.hpp"

#include <cmath>
#include <numbers>
#include <vector>

#include "support/test.hpp"

using namespace inr;

namespace {

field::PointGrid make_grid(int64_t width, int64_t height, double x0 = 0, double y0 = 0, double cell = 0) {
  field::PointGrid grid;
  for (int64_t i = 0; i < width; ++i)
    grid.x.push_back(x0 + static_cast<double>(i) * (cell > 0 ? cell : 1.0 / static_cast<double>(width)));
  for (int64_t i = 0; i < height; ++i)
    grid.y.push_back(y0 + static_cast<double>(i) * (cell > 0 ? cell : 1.0 / static_cast<double>(height)));
  return grid;
}

/// e(q) W_e^T at every point, from the definition: [N, H W, d].
at::Tensor plain_term(const field::PointGrid& grid, const at::Tensor& frequencies, const at::Tensor& weight) {
  at::Tensor points = at::empty({static_cast<int64_t>(grid.x.size() * grid.y.size()), 2}, at::kDouble);
  double* p = points.data_ptr<double>();
  for (const double y : grid.y) {
    for (const double x : grid.x) {
      *p++ = x;
      *p++ = y;
    }
  }
  const at::Tensor phase = at::matmul(points.to(frequencies.scalar_type()).unsqueeze(0), frequencies.transpose(1, 2));
  return at::matmul(at::cat({phase.sin(), phase.cos()}, 2), weight);
}

struct Case {
  field::PointGrid grid;
  at::Tensor frequencies, weight, direction;  // float64
  int64_t n_fixed = 0;
};

/// Random frequencies with the largest exactly max_frequency, as wide in x as in y; weights as in a layer.
Case make_case(field::PointGrid grid, double max_frequency, const std::vector<double>& fixed = {}, int64_t n = 2,
               int64_t m = 24, int64_t d = 12) {
  Case c;
  at::manual_seed(5);
  const auto n_fixed = static_cast<int64_t>(fixed.size() / 2);
  at::Tensor b = at::randn({n, m, 2}, at::kDouble);
  b = b * (max_frequency / b.abs().amax());
  if (n_fixed > 0) {
    const at::Tensor rows = at::tensor(at::ArrayRef<double>(fixed), at::kDouble).reshape({1, n_fixed, 2});
    b = at::cat({b, rows.expand({n, n_fixed, 2})}, 1);
  }
  const int64_t n_points = static_cast<int64_t>(grid.x.size() * grid.y.size());
  // Values that float32 holds exactly: both types then see the same case.
  c.frequencies = b.to(at::kFloat).to(at::kDouble);
  const double scale = std::sqrt(1 / static_cast<double>(m + n_fixed));
  c.weight = (at::randn({n, 2 * (m + n_fixed), d}) * scale).to(at::kFloat).to(at::kDouble);
  c.direction = at::randn({n, n_points, d}).to(at::kDouble);
  c.n_fixed = n_fixed;
  c.grid = std::move(grid);
  return c;
}

/// Axes and diagonals, fast ones among them: (0, f), (f, 0), (-f/2, f/2), (f/2, f/2).
std::vector<double> fixed_rows(int n_octaves) {
  std::vector<double> rows;
  for (const auto& [dx, dy] : {std::pair{0.0, 1.0}, {1.0, 0.0}, {-0.5, 0.5}, {0.5, 0.5}}) {
    for (int i = 0; i < n_octaves; ++i) {
      rows.push_back(dx * std::ldexp(std::numbers::pi / 2, i));
      rows.push_back(dy * std::ldexp(std::numbers::pi / 2, i));
    }
  }
  return rows;
}

std::vector<Case> cases() {
  return {make_case(make_grid(33, 32), 5),
          make_case(make_grid(64, 64), 39),
          make_case(make_grid(48, 90), 80),
          make_case(make_grid(40, 7, -0.3, 0.2, 0.013), 80),       // a strip
          make_case(make_grid(30, 41, 1000.25, -77.5, 0.02), 60),  // far away
          make_case(make_grid(1, 50, 0.4), 30),                    // one column
          make_case(make_grid(50, 64), 20, fixed_rows(7)),
          make_case(make_grid(32, 24, -0.5, 3, 0.03), 12, fixed_rows(6)),
          make_case(make_grid(64, 16), 0, fixed_rows(3))};
}

struct Result {
  at::Tensor value, d_weight, d_frequencies;
};

template <typename Term>
Result differentiate(const Case& c, at::ScalarType type, const Term& term) {
  const at::Tensor b = c.frequencies.to(type).detach().requires_grad_(true);
  const at::Tensor w = c.weight.to(type).detach().requires_grad_(true);
  const at::Tensor value = term(b, w);
  const auto gradients = torch::autograd::grad({(value * c.direction.to(type)).sum()}, {w, b});
  const int64_t learned = b.size(1) - c.n_fixed;  // fixed ones have no gradient to want
  return {value.detach(), gradients[0], gradients[1].narrow(1, 0, learned)};
}

Result plain(const Case& c, at::ScalarType type) {
  return differentiate(c, type, [&](const at::Tensor& b, const at::Tensor& w) { return plain_term(c.grid, b, w); });
}

Result by_nodes(const Case& c, at::ScalarType type, double accuracy = 0) {
  return differentiate(c, type, [&](const at::Tensor& b, const at::Tensor& w) {
    const auto grid = field::TermGrid::make(c.grid, b, c.n_fixed, 1, {.accuracy = accuracy, .always = true});
    BOOST_REQUIRE(grid.has_value());
    return grid->rows(grid->factors(grid->node_features(b), w), 0, grid->height());
  });
}

double worst(const at::Tensor& got, const at::Tensor& want) {
  return ((got.to(at::kDouble) - want).abs().max() / want.abs().max()).item<double>();
}

}  // namespace

BOOST_AUTO_TEST_CASE(float64_equals_the_plain_products) {
  for (const Case& c : cases()) {
    const Result want = plain(c, at::kDouble);
    const Result got = by_nodes(c, at::kDouble);
    BOOST_TEST_CONTEXT("grid " << c.grid.x.size() << " x " << c.grid.y.size() << " from " << c.grid.x.front()) {
      // Phases of the far window reach 6e4, of which a double keeps 7e-12.
      const double tolerance = c.grid.x.front() > 100 ? 1e-10 : 1e-12;
      BOOST_TEST(worst(got.value, want.value) <= tolerance);
      BOOST_TEST(worst(got.d_weight, want.d_weight) <= tolerance);
      BOOST_TEST(worst(got.d_frequencies, want.d_frequencies) <= tolerance);
    }
  }
}

// Both ways differ from the float64 result by rounding: the nodes must not be worse than four times the plain products
// (their table in render.md: 2.9e-6 to 2.2e-6), with a floor of a few units in the last place.
BOOST_AUTO_TEST_CASE(float32_is_as_good_as_the_plain_products) {
  for (const Case& c : cases()) {
    const Result want = plain(c, at::kDouble);
    const Result direct = plain(c, at::kFloat);
    const Result got = by_nodes(c, at::kFloat);
    const auto bound = [](const at::Tensor& d, const at::Tensor& w) { return std::max(1e-6, 4 * worst(d, w)); };
    BOOST_TEST_CONTEXT("grid " << c.grid.x.size() << " x " << c.grid.y.size() << " from " << c.grid.x.front()) {
      BOOST_TEST(worst(got.value, want.value) <= bound(direct.value, want.value));
      BOOST_TEST(worst(got.d_weight, want.d_weight) <= bound(direct.d_weight, want.d_weight));
      BOOST_TEST(worst(got.d_frequencies, want.d_frequencies) <= bound(direct.d_frequencies, want.d_frequencies));
    }
  }
}

BOOST_AUTO_TEST_CASE(fewer_nodes_than_needed_show) {
  const Case c = make_case(make_grid(64, 64), 39);
  const at::Tensor want = plain(c, at::kDouble).value;
  double before = 1;
  for (const double accuracy : {1e-2, 1e-4, 1e-6, 1e-8, 1e-10}) {
    const double error = worst(by_nodes(c, at::kDouble, accuracy).value, want);
    BOOST_TEST(error <= 3 * accuracy);     // values of the term are of order 1
    BOOST_TEST(error >= 1e-4 * accuracy);  // the parameter does decide
    BOOST_TEST(error < before);
    before = error;
  }
}

BOOST_AUTO_TEST_CASE(rows_have_the_same_bits_in_every_range) {
  const Case c = make_case(make_grid(40, 45), 20, fixed_rows(5));
  const at::Tensor b = c.frequencies.to(at::kFloat);
  const auto grid = field::TermGrid::make(c.grid, b, c.n_fixed, 1, {.always = true});
  BOOST_REQUIRE(grid.has_value());
  const field::TermFactors factors = grid->factors(grid->node_features(b), c.weight.to(at::kFloat));
  const at::Tensor whole = grid->rows(factors, 0, grid->height());
  for (const int64_t step : {1, 3, 8, 17, 44}) {
    for (int64_t y = 0; y < grid->height(); y += step) {
      const int64_t end = std::min(grid->height(), y + step);
      const at::Tensor part = grid->rows(factors, y, end);
      BOOST_TEST(part.equal(whole.narrow(1, y * grid->width(), (end - y) * grid->width())));
    }
  }
}

BOOST_AUTO_TEST_CASE(direct_products_where_nodes_do_not_pay) {
  const auto pays = [](const Case& c) {
    return field::TermGrid::make(c.grid, c.frequencies.to(at::kFloat), c.n_fixed, 4).has_value();
  };
  BOOST_TEST(pays(make_case(make_grid(128, 128), 30, {}, 1, 256, 4)));
  BOOST_TEST(pays(make_case(make_grid(128, 128), 30, fixed_rows(4), 1, 256, 4)));
  BOOST_TEST(!pays(make_case(make_grid(16, 16), 30, {}, 1, 256, 4)));     // as many nodes as points
  BOOST_TEST(!pays(make_case(make_grid(128, 128), 300, {}, 1, 256, 4)));  // too fast
  BOOST_TEST(!pays(make_case(make_grid(128, 128), 30, {}, 1, 4, 4)));     // hardly any features
  Case broken = make_case(make_grid(128, 128), 30, {}, 1, 256, 4);
  broken.frequencies[0][3][1] = NAN;
  BOOST_TEST(!pays(broken));
}
