// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The filter against a convolution with zero padding, its transposes, and both derivatives; planar and channels last.
#include "gan/blur.hpp"

#include "support/test.hpp"

using namespace inr;
using gan::Blur;

namespace {

/// The filter as the library's depthwise convolution.
at::Tensor as_convolution(const at::Tensor& x, int64_t pad, int64_t stride) {
  const at::Tensor taps = at::tensor({0.125, 0.375, 0.375, 0.125}, at::kDouble).to(x.scalar_type());
  const at::Tensor kernel = at::outer(taps, taps).expand({x.size(1), 1, 4, 4}).contiguous();
  return at::conv2d(x, kernel, {}, {stride, stride}, {pad, pad}, {1, 1}, x.size(1));
}

double worst(const at::Tensor& got, const at::Tensor& want) {
  BOOST_TEST_REQUIRE(got.sizes() == want.sizes());
  return (got - want).abs().max().item<double>();
}

}  // namespace

BOOST_AUTO_TEST_CASE(blur_is_the_filter) {
  at::manual_seed(1);
  for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
      for (const auto& [h, w] : {std::pair<int64_t, int64_t>{4, 4}, {8, 6}, {2, 2}, {34, 128}}) {
        const at::Tensor x = at::randn({2, 5, h, w}, type).contiguous(format);
        const double tolerance = type == at::kFloat ? 1e-6 : 1e-14;
        BOOST_TEST_CONTEXT(h << " x " << w) {
          const at::Tensor wide = gan::blur(x, Blur::kWiden);
          BOOST_TEST(worst(wide, as_convolution(x, 2, 1)) <= tolerance);
          BOOST_TEST(worst(gan::blur(x, Blur::kHalve), as_convolution(x, 1, 2)) <= tolerance);
          BOOST_TEST(wide.is_contiguous(format));
        }
      }
    }
  }
}

// <blur(x), y> = <x, transpose(y)> for all x, y.
BOOST_AUTO_TEST_CASE(narrow_and_double_are_the_transposes) {
  at::manual_seed(2);
  const at::Tensor x = at::randn({1, 3, 10, 16}, at::kDouble);
  for (const auto& [kind, transpose] : {std::pair{Blur::kWiden, Blur::kNarrow}, {Blur::kHalve, Blur::kDouble}}) {
    const at::Tensor image = gan::blur(x, kind);
    const at::Tensor y = at::randn(image.sizes(), at::kDouble);
    const double left = (image * y).sum().item<double>();
    BOOST_TEST(std::abs(left - (x * gan::blur(y, transpose)).sum().item<double>()) < 1e-12);
    const at::Tensor last = y.contiguous(at::MemoryFormat::ChannelsLast);
    BOOST_TEST(worst(gan::blur(last, transpose), gan::blur(y, transpose)) < 1e-15);
  }
}

// What devices compute, on the processor.
BOOST_AUTO_TEST_CASE(the_convolutions_of_devices_are_the_same_filters) {
  at::manual_seed(4);
  for (const Blur kind : {Blur::kWiden, Blur::kNarrow, Blur::kHalve, Blur::kDouble}) {
    const at::Tensor x = at::randn({2, 5, 10, 6}, at::kDouble);
    BOOST_TEST(worst(gan::blur_by_convolution(x, kind), gan::blur(x, kind)) < 1e-15);
    const at::Tensor last = x.contiguous(at::MemoryFormat::ChannelsLast);
    BOOST_TEST(worst(gan::blur_by_convolution(last, kind), gan::blur(x, kind)) < 1e-15);
  }
}

BOOST_AUTO_TEST_CASE(blur_is_differentiable_twice) {
  at::manual_seed(3);
  for (const Blur kind : {Blur::kWiden, Blur::kHalve}) {
    const at::Tensor x = at::randn({2, 3, 8, 8}, at::kDouble).requires_grad_(true);
    const auto derivatives = [&](const at::Tensor& image) {
      const at::Tensor loss = (image * image * image).sum();
      const at::Tensor first = torch::autograd::grad({loss}, {x}, {}, std::nullopt, true)[0];
      const at::Tensor second = torch::autograd::grad({first.square().sum()}, {x})[0];
      return std::pair{first.detach(), second};
    };
    const auto got = derivatives(gan::blur(x, kind));
    const auto want = derivatives(as_convolution(x, kind == Blur::kWiden ? 2 : 1, kind == Blur::kWiden ? 1 : 2));
    BOOST_TEST(worst(got.first, want.first) < 1e-12);
    BOOST_TEST(worst(got.second, want.second) < 1e-12);
  }
}

BOOST_AUTO_TEST_CASE(odd_sides_cannot_be_halved) {
  BOOST_CHECK_THROW(gan::blur(at::zeros({1, 1, 5, 4}), Blur::kHalve), c10::Error);
}
