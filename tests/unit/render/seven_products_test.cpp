// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Seven products in place of eight against the plain layer: with everything that a layer adds, odd numbers of panels,
// rows of points that are panels or planar.
#include "render/seven_products.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/philox.hpp"
#include "kernels/processor.hpp"
#include "support/test.hpp"

using namespace inr;
using kernels::Buffer;
using kernels::kPanel;
using kernels::kStrip;

namespace {

Buffer random(int64_t n, uint64_t seed, float size = 1) {
  Buffer out(n);
  base::CounterRng(seed, 7).fill_normal({out.data(), static_cast<size_t>(n)});
  for (int64_t i = 0; i < n; ++i) out.data()[i] *= size;
  return out;
}

const render::ForEach kBackwards = [](int64_t n, const std::function<void(int64_t)>& work) {
  for (int64_t i = n - 1; i >= 0; --i) work(i);
};

struct Case {
  int64_t rows, columns, panels, term;
  bool bias, coarse, planar;
  kernels::Activation activation;
};

}  // namespace

BOOST_AUTO_TEST_CASE(seven_products_equal_eight) {
  const auto& operations = kernels::operations(kernels::best_processor());
  for (const Case& c : {Case{128, 128, 2, 0, false, false, false, kernels::Activation::kNone},
                        {256, 512, 5, 9, true, true, false, kernels::Activation::kRelu},
                        {144, 130, 4, 3, true, false, true, kernels::Activation::kLeaky},
                        {512, 256, 3, 0, false, true, true, kernels::Activation::kNone},
                        {128, 128, 1, 5, true, true, false, kernels::Activation::kRelu}}) {
    BOOST_REQUIRE(render::SevenProducts::pay(c.rows, c.columns));
    const render::Matrix matrix{c.rows, c.columns, random(c.rows * c.columns, 1, 0.1F)};
    const Buffer panels = random(c.panels * c.columns * kPanel, 2);
    const Buffer term_strips = random(c.rows * c.term, 3, 0.1F);
    const Buffer term_panels = random(c.panels * c.term * kPanel, 4);
    const Buffer bias = random(c.rows, 5);
    std::vector<int32_t> parents;
    for (int64_t p = 0; p < c.panels * kPanel; ++p) parents.push_back(static_cast<int32_t>(p / 2));
    const int64_t stride = c.panels * kPanel / 2 + kernels::kOverread;
    const Buffer coarse = random(c.rows * stride, 6);
    kernels::LayerJob job;
    job.parts[job.n_parts++] = {matrix.strips.data(), panels.data(), c.columns, matrix.strip_stride(),
                                c.columns * kPanel};
    if (c.term > 0) {
      job.parts[job.n_parts++] = {term_strips.data(), term_panels.data(), c.term, c.term * kStrip, c.term * kPanel};
    }
    if (c.bias) job.bias = bias.data();
    if (c.coarse) job.coarse[job.n_coarse++] = {coarse.data(), stride, parents.data()};
    job.activation = c.activation;
    job.rows = c.rows;
    job.panels = c.panels;
    job.out_channel_stride = c.planar ? c.panels * kPanel : kPanel;
    job.out_panel_stride = c.planar ? kPanel : c.rows * kPanel;
    Buffer want(c.rows * c.panels * kPanel);
    Buffer got = Buffer::zeros(want.size());
    job.out = want.data();
    operations.layer(job);
    job.out = got.data();
    Buffer scratch;
    const render::SevenProducts products(matrix, kBackwards);
    BOOST_TEST(!products.empty());
    products.layer(job, operations, scratch);
    const std::span<const float> one(got.data(), static_cast<size_t>(got.size()));
    const std::span<const float> other(want.data(), static_cast<size_t>(want.size()));
    const double largest = static_cast<double>(*std::ranges::max_element(other));
    BOOST_TEST_CONTEXT(c.rows << " x " << c.columns << ", " << c.panels << " panels") {
      BOOST_TEST(test::worst_ratio(one, other, 2e-6 * largest, 0.0) <= 1);  // rounding of the largest values
    }
  }
}

BOOST_AUTO_TEST_CASE(columns_far_apart_go_the_plain_way) {
  for (const float factor : {0.5F, 20.0F, 0.0F, NAN}) {
    render::Matrix matrix{128, 128, random(int64_t{128} * 128, 1)};
    for (int64_t s = 0; s < 16; ++s) {
      for (int64_t i = 0; i < kStrip; ++i) matrix.strips.data()[s * matrix.strip_stride() + 5 * kStrip + i] *= factor;
    }
    BOOST_TEST(render::SevenProducts(matrix, kBackwards).empty() == (factor == 20 || std::isnan(factor)));
  }
}

BOOST_AUTO_TEST_CASE(where_seven_products_pay) {
  BOOST_TEST(render::SevenProducts::pay(128, 512));
  BOOST_TEST(!render::SevenProducts::pay(112, 512));  // narrow
  BOOST_TEST(!render::SevenProducts::pay(512, 64));
  BOOST_TEST(!render::SevenProducts::pay(136, 136));  // no whole strips in half of the rows
  BOOST_TEST(!render::SevenProducts::pay(160, 129));
}
