// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Adam, the moving average and norms against their formulas in float64, for lengths around the chunks' and any number
// of threads.
#include "gan/sweeps.hpp"

#include <ATen/Parallel.h>

#include "gan/adam.hpp"
#include "gan/gradients.hpp"
#include "support/test.hpp"

using namespace inr;

namespace {

struct State {
  at::Tensor p, g, m, v;
};

State make_state(int64_t n, at::ScalarType type = at::kFloat) {
  at::manual_seed(7);
  const auto options = at::TensorOptions(type);
  return {at::randn({n}, options), at::randn({n}, options), at::randn({n}, options), at::rand({n}, options)};
}

double worst(const at::Tensor& got, const at::Tensor& want) {
  return ((got.to(at::kDouble) - want).abs() / (want.abs() + 1)).max().item<double>();
}

/// What autograd gives for a matrix that was used transposed: a view of the only tensor that is its memory.
at::Tensor product_gradient() {
  const at::Tensor weight = at::randn({3, 2}).requires_grad_(true);
  const at::Tensor y = at::mm(at::randn({5, 2}), weight.t());
  return torch::autograd::grad({y.square().sum()}, {weight})[0];
}

}  // namespace

BOOST_AUTO_TEST_CASE(adam_is_its_formula) {
  for (const int64_t n : {1, 7, 65535, 65536, 200001}) {
    for (const double beta1 : {0.0, 0.5}) {
      State s = make_state(n);
      const at::Tensor g = s.g.to(at::kDouble);
      const at::Tensor m = beta1 * s.m.to(at::kDouble) + (1 - beta1) * g;
      const at::Tensor v = 0.98 * s.v.to(at::kDouble) + 0.02 * g * g;
      const at::Tensor p = s.p.to(at::kDouble) - 0.01 * m / (v.sqrt() / 0.3 + 1e-8);
      const at::Tensor m_before = s.m.clone();
      gan::adam_sweep({beta1, 0.98, 0.01, 0.3, 1e-8}, s.g, s.m, s.v, s.p);
      BOOST_TEST(worst(s.v, v) < 1e-6);
      BOOST_TEST(worst(s.p, p) < 1e-6);
      if (beta1 > 0) {
        BOOST_TEST(worst(s.m, m) < 1e-6);
      } else {
        BOOST_TEST(s.m.equal(m_before));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(sweeps_have_the_same_bits_for_any_number_of_threads) {
  const int before = at::get_num_threads();
  std::vector<State> results;
  std::vector<double> squares;
  for (const int n_threads : {1, 3}) {
    at::set_num_threads(n_threads);
    State s = make_state(500000);
    gan::adam_sweep({0.5, 0.98, 0.01, 0.3, 1e-8}, s.g, s.m, s.v, s.p);
    gan::average_sweep(0.9, s.p, s.v);
    squares.push_back(gan::sum_of_squares(s.g));
    results.push_back(s);
  }
  at::set_num_threads(before);
  BOOST_TEST(results[0].p.equal(results[1].p));
  BOOST_TEST(results[0].m.equal(results[1].m));
  BOOST_TEST(results[0].v.equal(results[1].v));
  BOOST_TEST(squares[0] == squares[1]);
}

BOOST_AUTO_TEST_CASE(the_average_and_the_norm_are_their_formulas) {
  for (const int64_t n : {1, 9, 65536, 131075}) {
    State s = make_state(n);
    const at::Tensor want = 0.9 * s.m.to(at::kDouble) + 0.1 * s.p.to(at::kDouble);
    gan::average_sweep(0.9, s.p, s.m);
    BOOST_TEST((s.m.to(at::kDouble) - want).abs().max().item<double>() < 1e-6);
    const double square = s.g.to(at::kDouble).square().sum().item<double>();
    BOOST_TEST(std::abs(gan::sum_of_squares(s.g) - square) <= 1e-12 * square);
    BOOST_TEST(std::abs(gan::norm({s.g, s.g}) - std::sqrt(2 * square)) <= 1e-12 * square);
  }
  const at::Tensor mixed = at::randn({6, 5}).t().narrow(0, 1, 3);  // neither dense nor in order
  BOOST_TEST(std::abs(gan::sum_of_squares(mixed) - mixed.square().sum().item<double>()) < 1e-5);
  const at::Tensor broken = at::full({70000}, 1.0F);
  broken[69999] = NAN;
  BOOST_TEST(std::isnan(gan::sum_of_squares(broken)));
}

BOOST_AUTO_TEST_CASE(layouts_and_types_do_not_matter) {
  State s = make_state(2 * 3 * 4 * 4, at::kDouble);
  const std::vector<int64_t> shape{2, 3, 4, 4};
  const auto shaped = [&](const at::Tensor& t) { return t.clone().view(shape); };
  at::Tensor p = shaped(s.p);
  at::Tensor m = shaped(s.m);
  at::Tensor v = shaped(s.v);
  gan::adam_sweep({0.5, 0.98, 0.01, 0.3, 1e-8}, shaped(s.g).contiguous(at::MemoryFormat::ChannelsLast), m, v, p);
  gan::adam_sweep({0.5, 0.98, 0.01, 0.3, 1e-8}, s.g, s.m, s.v, s.p);
  BOOST_TEST((p.flatten() - s.p).abs().max().item<double>() < 1e-14);
  BOOST_TEST((m.flatten() - s.m).abs().max().item<double>() < 1e-14);
  BOOST_TEST((v.flatten() - s.v).abs().max().item<double>() < 1e-14);
}

// beta1 = 0: the first moment is the last gradient, in memory of its own.
BOOST_AUTO_TEST_CASE(a_gradient_that_becomes_the_moment_is_not_shared) {
  field::TensorMap parameters{
      {"a", at::ones({8})}, {"b", at::ones({4})}, {"c", at::ones({4})}, {"d", at::ones({3, 2})}};
  gan::AdamState state = gan::make_adam_state(parameters);
  const at::Tensor both = at::randn({8});
  const at::Tensor own = at::randn({8});
  const std::vector<at::Tensor> gradients{own.clone(), both.narrow(0, 0, 4), both.narrow(0, 4, 4), product_gradient()};
  const void* memory = gradients[0].data_ptr();
  const void* memory_of_product = gradients[3].data_ptr();
  gan::adam_step(parameters, gradients, state, {}, [](const std::string&) { return 0.1; });
  BOOST_TEST(state.m.at("a").data_ptr() == memory);
  BOOST_TEST(state.m.at("d").data_ptr() == memory_of_product);
  both.zero_();
  BOOST_TEST(state.m.at("b").abs().min().item<double>() > 0);
  BOOST_TEST(state.m.at("c").abs().min().item<double>() > 0);
  BOOST_TEST(state.m.at("a").equal(own));
}
