// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Streaming statistics against the formula on all rows at once.
#include "metrics/feature_stats.hpp"

#include "support.hpp"

namespace {

using inr::metrics::FeatureStats;
using inr::metrics::Statistics;
using inr::test::largest_difference;
using inr::test::normals;
using inr::test::says;

struct Reference {
  explicit Reference(const at::Tensor& rows, int64_t ddof = 1) : mean(rows.mean(0)) {
    const at::Tensor centred = rows - mean;
    covariance = centred.t().mm(centred) / static_cast<double>(rows.size(0) - ddof);
  }
  at::Tensor mean, covariance;
};

BOOST_AUTO_TEST_SUITE(feature_stats)

BOOST_AUTO_TEST_CASE(any_split_into_blocks_gives_the_same) {
  const at::Tensor rows = normals(1, 60, 7) * 3 + 5;
  for (const int64_t ddof : {0, 1}) {
    const Reference want(rows, ddof);
    for (const int64_t block : {1, 7, 60}) {
      FeatureStats stats(7);
      for (const at::Tensor& part : rows.split(block)) stats.add(part);
      const Statistics got = stats.finish(ddof);
      BOOST_TEST(got.n_images == 60);
      BOOST_TEST(largest_difference(got.mean, want.mean) < 1e-12);
      BOOST_TEST(largest_difference(got.covariance, want.covariance) < 1e-12);
    }
  }
}

BOOST_AUTO_TEST_CASE(how_features_are_cut_up_changes_no_bit) {
  const at::Tensor rows = normals(6, 1000, 3);
  FeatureStats whole(3);
  whole.add(rows);
  for (const int64_t block : {1, 100, 256, 300, 777}) {
    FeatureStats stats(3);
    for (const at::Tensor& part : rows.split(block)) stats.add(part);
    BOOST_TEST(at::equal(stats.finish().mean, whole.finish().mean));
    BOOST_TEST(at::equal(stats.finish().covariance, whole.finish().covariance));
  }
}

BOOST_AUTO_TEST_CASE(merged_parts_equal_the_whole) {
  const at::Tensor rows = normals(2, 90, 5);
  FeatureStats whole(5), first(5), second(5), empty(5);
  whole.add(rows);
  first.add(rows.slice(0, 0, 31));
  second.add(rows.slice(0, 31));
  first.merge(empty);
  first.merge(second);
  empty.merge(first);
  for (const FeatureStats* stats : {&first, &empty}) {
    BOOST_TEST(stats->n_images() == 90);
    BOOST_TEST(largest_difference(stats->finish().covariance, whole.finish().covariance) < 1e-12);
    BOOST_TEST(largest_difference(stats->finish().mean, whole.finish().mean) < 1e-12);
  }
}

// sum x x^T would lose all digits of the variance here.
BOOST_AUTO_TEST_CASE(a_large_mean_costs_no_digits) {
  const at::Tensor rows = normals(3, 200, 4);
  const Reference want(rows);
  FeatureStats stats(4);
  for (const at::Tensor& part : rows.split(16)) stats.add(part + 1e8);
  BOOST_TEST(largest_difference(stats.finish().covariance, want.covariance) < 1e-6);
}

BOOST_AUTO_TEST_CASE(the_factor_is_kept_only_while_it_is_small) {
  const at::Tensor rows = normals(4, 9, 8);
  FeatureStats stats(8), halves(8);
  stats.add(rows.slice(0, 0, 3));
  stats.add(rows.slice(0, 3, 8));
  const Statistics few = stats.finish();
  BOOST_REQUIRE(few.factor.defined());
  BOOST_TEST(few.factor.size(0) == 8);
  BOOST_TEST(largest_difference(few.factor.t().mm(few.factor), few.covariance) < 1e-12);
  stats.add(rows.slice(0, 8));
  BOOST_TEST(!stats.finish().factor.defined());
  halves.merge(stats);  // joining what has no rows any more leaves none
  BOOST_TEST(!halves.finish().factor.defined());
  FeatureStats one(8);
  one.add(rows.slice(0, 0, 1));
  one.merge(stats);
  BOOST_TEST(!one.finish().factor.defined());
}

BOOST_AUTO_TEST_CASE(float32_features_are_summed_in_double) {
  const at::Tensor rows = (normals(5, 500, 3) + 100).to(at::kFloat);
  const Reference want(rows.to(at::kDouble));
  FeatureStats stats(3);
  for (const at::Tensor& part : rows.split(64)) stats.add(part);
  BOOST_TEST(largest_difference(stats.finish().covariance, want.covariance) < 1e-10);
}

BOOST_AUTO_TEST_CASE(wrong_features_are_refused) {
  FeatureStats stats(3);
  BOOST_CHECK_EXCEPTION(stats.add(at::zeros({2, 4})), inr::base::DataError, says("[N, 3]"));
  BOOST_CHECK_EXCEPTION(stats.add(at::full({2, 3}, NAN)), inr::base::DataError, says("not finite"));
  BOOST_TEST(stats.n_images() == 0);
  stats.add(at::zeros({0, 3}));
  BOOST_TEST(stats.n_images() == 0);
  stats.add(at::zeros({1, 3}));
  BOOST_CHECK_EXCEPTION((void)stats.finish(), inr::base::DataError, says("use at least 2"));
  BOOST_CHECK_EXCEPTION(stats.merge(FeatureStats(4)), inr::base::DataError, says("cannot be joined"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
