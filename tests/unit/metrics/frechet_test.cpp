// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The Frechet distance where it is known in closed form, and its rules for small sets.
#include "metrics/frechet.hpp"

#include "support.hpp"

namespace {

using inr::metrics::check_rank;
using inr::metrics::FeatureStats;
using inr::metrics::frechet_distance;
using inr::metrics::FrechetRoute;
using inr::metrics::Statistics;
using inr::test::normals;
using inr::test::says;

Statistics diagonal(const std::vector<double>& mean, const std::vector<double>& variances) {
  return {at::tensor(mean, at::kDouble), at::diag(at::tensor(variances, at::kDouble)), {}, 100};
}

Statistics of_rows(const at::Tensor& rows) {
  FeatureStats stats(rows.size(1));
  stats.add(rows);
  return stats.finish();
}

BOOST_AUTO_TEST_SUITE(frechet)

// Commuting covariances: |m1 - m2|^2 + sum (sqrt v1 - sqrt v2)^2.
BOOST_AUTO_TEST_CASE(diagonal_covariances) {
  const Statistics a = diagonal({0, 1, 2}, {4, 9, 0}), b = diagonal({1, 1, 0}, {1, 16, 4});
  const double want = (1 + 0 + 4) + (1 + 1 + 4);
  for (const FrechetRoute route : {FrechetRoute::kSymmetric, FrechetRoute::kNuclear}) {
    BOOST_TEST(std::abs(frechet_distance(a, b, route) - want) < 1e-12);
    BOOST_TEST(std::abs(frechet_distance(b, a, route) - want) < 1e-12);
  }
}

// tr sqrt(S1 S2) for S1 = [[2, 1], [1, 2]], S2 = diag(1, 4): sqrt(tr + 2 sqrt det) of the 2 x 2 product, tr = 10, det
// = 12. A symmetric solver on the product itself would be wrong here.
BOOST_AUTO_TEST_CASE(covariances_that_do_not_commute) {
  Statistics a = diagonal({0, 0}, {2, 2});
  a.covariance = at::tensor({2.0, 1.0, 1.0, 2.0}, at::kDouble).view({2, 2});
  const Statistics b = diagonal({0, 0}, {1, 4});
  const double want = 4 + 5 - 2 * std::sqrt(10 + 2 * std::sqrt(12.0));
  for (const FrechetRoute route : {FrechetRoute::kSymmetric, FrechetRoute::kNuclear}) {
    BOOST_TEST(std::abs(frechet_distance(a, b, route) - want) < 1e-12);
  }
}

// Cholesky's factor of one side, of the other, or of neither: the sides of lower rank have zeros in one direction.
BOOST_AUTO_TEST_CASE(sides_without_full_rank) {
  const Statistics full = diagonal({0, 0, 0}, {4, 9, 1}), flat = diagonal({0, 0, 0}, {1, 0, 4}),
                   line = diagonal({0, 0, 0}, {0, 4, 0});
  const auto symmetric = [](const Statistics& a, const Statistics& b) {
    return frechet_distance(a, b, FrechetRoute::kSymmetric);
  };
  BOOST_TEST(std::abs(symmetric(full, flat) - (1 + 9 + 1)) < 1e-12);
  BOOST_TEST(std::abs(symmetric(flat, full) - (1 + 9 + 1)) < 1e-12);
  BOOST_TEST(std::abs(symmetric(flat, line) - (1 + 4 + 4)) < 1e-12);
  BOOST_TEST(std::abs(symmetric(line, line)) < 1e-12);
}

BOOST_AUTO_TEST_CASE(few_samples_take_the_exact_route) {
  const Statistics few = of_rows(normals(1, 6, 40)), many = of_rows(normals(2, 200, 40));
  BOOST_REQUIRE(few.factor.defined());
  BOOST_TEST(frechet_distance(few, few) == frechet_distance(few, few, FrechetRoute::kNuclear));
  BOOST_TEST(std::abs(frechet_distance(few, few)) < 1e-12 * few.covariance.trace().item<double>() * 40);
  BOOST_TEST(frechet_distance(few, many) == frechet_distance(few, many, FrechetRoute::kNuclear));
  BOOST_TEST(frechet_distance(many, many) == frechet_distance(many, many, FrechetRoute::kSymmetric));
  // The covariance route meets it within what its square roots of rounding errors cost.
  BOOST_TEST(std::abs(frechet_distance(few, many) - frechet_distance(few, many, FrechetRoute::kSymmetric)) < 1e-4);
}

BOOST_AUTO_TEST_CASE(sides_that_do_not_fit_are_refused) {
  const Statistics a = diagonal({0, 1}, {1, 1}), b = diagonal({0}, {1}), c = diagonal({0, NAN}, {1, 1});
  Statistics d = a;
  d.covariance = at::zeros({2, 3}, at::kDouble);
  BOOST_CHECK_EXCEPTION(frechet_distance(a, b), inr::base::DataError, says("2 and 1 features"));
  BOOST_CHECK_EXCEPTION(frechet_distance(a, c), inr::base::DataError, says("not finite"));
  BOOST_CHECK_THROW(frechet_distance(a, d), inr::base::DataError);
  const Statistics huge = diagonal({0, 0}, {1e300, 1e300});
  BOOST_CHECK_EXCEPTION(frechet_distance(huge, huge), inr::base::DataError, says("too large"));
}

BOOST_AUTO_TEST_CASE(rank_rule) {
  BOOST_CHECK_NO_THROW(check_rank("x", 257, 256));
  BOOST_CHECK_NO_THROW(check_rank("x", 0, 256));
  BOOST_CHECK_EXCEPTION(check_rank("flowers", 256, 256), inr::base::DataError, says("flowers: 256 images for 256"));
  BOOST_CHECK_EXCEPTION(check_rank("flowers", 256, 256), inr::base::DataError, says("--allow-few"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
