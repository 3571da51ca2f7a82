// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Values and gradients of FMM weights against the formula through autograd, in float64; whole and cut into columns.
#include "field/factored_weight.hpp"

#include <vector>

#include "support/test.hpp"

using namespace inr;

namespace {

struct Inputs {
  at::Tensor a, b, shared;
};

Inputs make_inputs(int64_t n, int64_t out, int64_t rank, int64_t in) {
  at::manual_seed(6);
  const auto draw = [](at::IntArrayRef shape) { return at::randn(shape, at::kDouble).requires_grad_(true); };
  return {draw({n, out, rank}), draw({n, rank, in}), draw({out, in})};
}

double worst(const at::Tensor& got, const at::Tensor& want) {
  BOOST_TEST_REQUIRE(got.sizes() == want.sizes());
  return (got - want).abs().max().item<double>();
}

}  // namespace

BOOST_AUTO_TEST_CASE(factored_weight_is_its_formula) {
  for (const auto& [n, rank] : {std::pair<int64_t, int64_t>{1, 1}, {3, 4}}) {
    const Inputs x = make_inputs(n, 5, rank, 7);
    const std::vector<at::Tensor> leaves{x.a, x.b, x.shared};
    const at::Tensor want = at::sigmoid(at::bmm(x.a, x.b)) * (x.shared * 2.0);
    const at::Tensor whole = field::factored_weight(x.a, x.b, x.shared);
    const at::Tensor parts = at::cat({field::factored_weight(x.a, x.b.narrow(2, 0, 3), x.shared.narrow(1, 0, 3)),
                                      field::factored_weight(x.a, x.b.narrow(2, 3, 4), x.shared.narrow(1, 3, 4))},
                                     2);
    const at::Tensor direction = at::randn(want.sizes(), at::kDouble);
    const auto gradients = [&](const at::Tensor& y, const std::vector<at::Tensor>& by) {
      return torch::autograd::grad({(y * direction).sum()}, by);
    };
    const auto want_gradients = gradients(want, leaves);
    for (const at::Tensor& got : {whole, parts}) {
      BOOST_TEST(worst(got, want) < 1e-13);
      const auto got_gradients = gradients(got, leaves);
      for (size_t i = 0; i < leaves.size(); ++i) BOOST_TEST(worst(got_gradients[i], want_gradients[i]) < 1e-13);
    }
  }
}

BOOST_AUTO_TEST_CASE(only_what_is_wanted_has_a_gradient) {
  const Inputs x = make_inputs(2, 3, 2, 4);
  const at::Tensor y = field::factored_weight(x.a.detach(), x.b.detach(), x.shared);
  const at::Tensor d_shared = torch::autograd::grad({y.sum()}, {x.shared})[0];
  BOOST_TEST(worst(d_shared, 2 * at::sigmoid(at::bmm(x.a, x.b)).sum(0)) < 1e-13);
  const at::Tensor z = field::factored_weight(x.a, x.b, x.shared.detach());
  BOOST_TEST(torch::autograd::grad({z.sum()}, {x.b})[0].abs().max().item<double>() > 0);
}
