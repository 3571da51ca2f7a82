// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Values, gradients and second derivatives of convolve() against the library's own, in float64.
#include "gan/convolution.hpp"

#include <optional>
#include <vector>

#include "support/test.hpp"

using namespace inr;

namespace {

struct Case {
  int64_t n, c, d, side, kernel, stride, pad;
  bool bias;
};

double worst(const at::Tensor& got, const at::Tensor& want) {
  BOOST_TEST_REQUIRE(got.sizes() == want.sizes());
  return ((got - want).abs().max() / want.abs().max()).item<double>();
}

/// Value; gradients by x, weight, bias; and those of a loss of all first gradients.
template <typename Convolve>
std::vector<at::Tensor> derivatives(const Case& c, bool by_x_alone, const Convolve& convolve) {
  at::manual_seed(11);
  std::vector<at::Tensor> inputs{at::randn({c.n, c.c, c.side, c.side}, at::kDouble).requires_grad_(true),
                                 at::randn({c.d, c.c, c.kernel, c.kernel}, at::kDouble).requires_grad_(true)};
  if (c.bias) inputs.push_back(at::randn({c.d}, at::kDouble).requires_grad_(true));
  const at::Tensor value = convolve(inputs[0], inputs[1], c.bias ? std::optional(inputs[2]) : std::nullopt);
  const at::Tensor loss = (value * value * value).mean();
  std::vector<at::Tensor> out{value.detach()};
  const std::vector<at::Tensor> by = by_x_alone ? std::vector{inputs[0]} : inputs;
  const auto first = torch::autograd::grad({loss}, by, {}, std::nullopt, true);
  at::Tensor penalty = loss;
  for (const at::Tensor& gradient : first) {
    penalty = penalty + gradient.square().sum();
    out.push_back(gradient.detach());
  }
  for (const at::Tensor& second : torch::autograd::grad({penalty}, inputs)) out.push_back(second);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(convolve_equals_the_library_to_the_second_derivative) {
  for (const Case& c : {Case{2, 3, 4, 6, 3, 1, 1, true}, Case{2, 3, 4, 7, 3, 2, 0, true},
                        Case{3, 5, 2, 4, 1, 1, 0, false}, Case{1, 2, 3, 8, 3, 1, 0, false}}) {
    for (const bool by_x_alone : {false, true}) {
      const auto got = derivatives(c, by_x_alone, [&](const auto& x, const auto& w, const auto& b) {
        return gan::convolve(x, w, b, c.stride, c.pad);
      });
      const auto want = derivatives(c, by_x_alone, [&](const auto& x, const auto& w, const auto& b) {
        return at::conv2d(x, w, b, {c.stride, c.stride}, {c.pad, c.pad});
      });
      BOOST_TEST_REQUIRE(got.size() == want.size());
      for (size_t i = 0; i < got.size(); ++i) BOOST_TEST(worst(got[i], want[i]) < 1e-12);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_third_derivative_is_refused) {
  const at::Tensor x = at::randn({1, 1, 4, 4}).requires_grad_(true);
  const at::Tensor w = at::randn({1, 1, 3, 3}).requires_grad_(true);
  const at::Tensor y = gan::convolve(x, w, std::nullopt, 1, 1);
  const at::Tensor first = torch::autograd::grad({y.pow(3).sum()}, {x}, {}, std::nullopt, true)[0];
  BOOST_CHECK_THROW(torch::autograd::grad({first.pow(3).sum()}, {w}, {}, std::nullopt, true), c10::Error);
}
