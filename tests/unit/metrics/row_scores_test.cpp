// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// KID, precision and recall, inception score: against their formulas written out, and their rules.
#include <algorithm>
#include <cmath>
#include <vector>

#include "metrics/inception_score.hpp"
#include "metrics/kid.hpp"
#include "metrics/precision_recall.hpp"
#include "support.hpp"

namespace {

using namespace inr;
using metrics::inception_score;
using metrics::kernel_inception_distance;
using metrics::Kid;
using metrics::precision_recall;
using metrics::PrecisionRecall;
using metrics::squared_mmd;
using test::normals;
using test::says;

double plain_mmd(const at::Tensor& x, const at::Tensor& y) {
  const auto mean = [](const at::Tensor& a, const at::Tensor& b, bool within) {
    double sum = 0;
    for (int64_t i = 0; i < a.size(0); ++i) {
      for (int64_t j = 0; j < b.size(0); ++j) {
        if (within && i == j) continue;
        sum += std::pow(a[i].dot(b[j]).item<double>() / static_cast<double>(a.size(1)) + 1, 3);
      }
    }
    return sum / static_cast<double>(a.size(0) * (b.size(0) - (within ? 1 : 0)));
  };
  return mean(x, x, true) + mean(y, y, true) - 2 * mean(x, y, false);
}

PrecisionRecall plain_precision_recall(const at::Tensor& real, const at::Tensor& fake, int64_t k) {
  const auto share = [k](const at::Tensor& set, const at::Tensor& of) {
    // Distance 0 to itself comes first in order, whatever is equal to it.
    const at::Tensor radii = std::get<0>((set.unsqueeze(1) - set.unsqueeze(0)).square().sum(2).sort(1)).select(1, k);
    const at::Tensor distances = (of.unsqueeze(1) - set.unsqueeze(0)).square().sum(2);  // [of, set]
    return (distances <= radii).any(1).to(at::kDouble).mean().item<double>();
  };
  return {share(real, fake), share(fake, real)};
}

BOOST_AUTO_TEST_SUITE(row_scores)

BOOST_AUTO_TEST_CASE(kid_is_its_formula) {
  const at::Tensor x = normals(1, 30, 5), y = normals(2, 23, 5) * 1.3 + 0.2;
  const double want = plain_mmd(x, y);
  BOOST_TEST(std::abs(squared_mmd(x, y) - want) < 1e-12 * std::abs(want));
  BOOST_TEST(std::abs(squared_mmd(y, x) - want) < 1e-12 * std::abs(want));
  // More rows than a block: the parts weigh as their pairs.
  const at::Tensor many = x.repeat({20, 1});  // 600 rows
  const double n = 600, m = 23;
  const auto mean_kernel = [](const at::Tensor& a, const at::Tensor& b) {
    return (a.mm(b.t()) / 5 + 1).pow(3).mean().item<double>();
  };
  const double own = (many.square().sum(1) / 5 + 1).pow(3).sum().item<double>();
  const double own_y = (y.square().sum(1) / 5 + 1).pow(3).sum().item<double>();
  const double whole = (mean_kernel(many, many) * n * n - own) / (n * (n - 1)) +
                       (mean_kernel(y, y) * m * m - own_y) / (m * (m - 1)) - 2 * mean_kernel(many, y);
  BOOST_TEST(std::abs(squared_mmd(many, y) - whole) < 1e-11 * std::abs(whole));
}

BOOST_AUTO_TEST_CASE(kid_of_subsets) {
  const at::Tensor x = normals(3, 60, 4), y = normals(4, 50, 4) + 0.5;
  const Kid one = kernel_inception_distance(x, y, {40, 20, 7, 1}),
            two = kernel_inception_distance(x, y, {40, 20, 7, 2});
  BOOST_TEST(one.mean == two.mean);  // threads change no bit
  BOOST_TEST(one.deviation == two.deviation);
  BOOST_TEST(one.mean != kernel_inception_distance(x, y, {40, 20, 8, 1}).mean);  // the seed does
  BOOST_TEST(one.deviation > 0);
  // Unbiased: the mean over subsets is near the value of all rows.
  const double spread = one.deviation / std::sqrt(40.0);
  BOOST_TEST(std::abs(one.mean - squared_mmd(x, y)) < 5 * spread);
  // A subset that is all there is: no deviation, and the rows of a subset are different ones.
  const Kid whole = kernel_inception_distance(x.slice(0, 0, 50), y);
  BOOST_TEST(std::abs(whole.mean - squared_mmd(x.slice(0, 0, 50), y)) < 1e-12);
  BOOST_TEST(whole.deviation == 0);
  BOOST_TEST(squared_mmd(x, x) < 0);
}

BOOST_AUTO_TEST_CASE(precision_and_recall_are_their_definition) {
  const at::Tensor real = normals(5, 300, 6), fake = normals(6, 280, 6) * 0.8 + 0.4;
  for (const int64_t k : {1, 3, 10}) {
    const PrecisionRecall want = plain_precision_recall(real, fake, k), got = precision_recall(real, fake, k, 2);
    BOOST_TEST(got.precision == want.precision, "k " << k);
    BOOST_TEST(got.recall == want.recall, "k " << k);
    BOOST_TEST(got.precision > 0.05);
    BOOST_TEST(got.recall < 0.99);
  }
}

// Points on rims: images that are there several times have balls of radius 0, in which their copies lie.
BOOST_AUTO_TEST_CASE(copies_lie_on_the_rim) {
  const at::Tensor some = (normals(7, 20, 9) + 1000).to(at::kFloat);
  const at::Tensor real = some.repeat({4, 1});  // each four times: the third nearest is at distance 0
  const PrecisionRecall same = precision_recall(real, real.flip(0));
  BOOST_TEST(same.precision == 1);
  BOOST_TEST(same.recall == 1);
  const PrecisionRecall near = precision_recall(real, real + 0.001);
  BOOST_TEST(near.precision == 0);
  BOOST_TEST(near.recall == 0);
}

// A point at each end of a line is k-th neighbour of the other: distances are equal, which counts as inside.
BOOST_AUTO_TEST_CASE(the_rim_belongs_to_the_ball) {
  const at::Tensor real = at::tensor({0.1, 0.4}, at::kDouble).view({2, 1}).repeat({1, 3});
  const at::Tensor fake = at::tensor({-0.2, 0.7}, at::kDouble).view({2, 1}).repeat({1, 3});
  const PrecisionRecall got = precision_recall(real, fake, 1), want = plain_precision_recall(real, fake, 1);
  BOOST_TEST(got.precision == want.precision);
  BOOST_TEST(got.recall == 1);
}

BOOST_AUTO_TEST_CASE(inception_score_of_known_distributions) {
  const at::Tensor certain = at::eye(4, at::kDouble) * 1e4;  // each image another class, three of four underflow
  BOOST_TEST(std::abs(inception_score(certain, 1).mean - 4) < 1e-12);
  BOOST_TEST(inception_score(at::zeros({8, 5}), 1).mean == 1);
  // Splits: two images of classes 0 and 1, then two of class 2.
  const at::Tensor halves = certain.index_select(0, at::tensor({0, 1, 2, 2}, at::kLong));
  const metrics::InceptionScore score = inception_score(halves, 2);
  BOOST_TEST(std::abs(score.mean - 1.5) < 1e-12);
  BOOST_TEST(std::abs(score.deviation - 0.5) < 1e-12);
}

BOOST_AUTO_TEST_CASE(rows_that_cannot_be_used_are_refused) {
  const at::Tensor good = normals(8, 5, 3);
  at::Tensor bad = good.clone();
  bad[4][2] = NAN;
  BOOST_CHECK_EXCEPTION(squared_mmd(good, bad), base::DataError, says("KID: a feature is not finite"));
  BOOST_CHECK_EXCEPTION(squared_mmd(good, normals(8, 5, 4)), base::DataError, says("3 and 4 features"));
  BOOST_CHECK_EXCEPTION(squared_mmd(good, good.slice(0, 0, 1)), base::DataError, says("at least 2 images"));
  BOOST_CHECK_THROW(kernel_inception_distance(good, good, {0, 5}), base::UsageError);
  BOOST_CHECK_EXCEPTION(precision_recall(good, good.slice(0, 0, 3)), base::DataError, says("at least 4 images"));
  BOOST_CHECK_THROW(precision_recall(good, good, 0), base::UsageError);
  BOOST_CHECK_EXCEPTION(inception_score(good, 6), base::DataError, says("there are 5"));
  BOOST_CHECK_THROW(inception_score(good, 0), base::UsageError);
  BOOST_CHECK_THROW(inception_score(good[0]), base::DataError);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
