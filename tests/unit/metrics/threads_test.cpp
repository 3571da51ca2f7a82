// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// No score depends on the number of threads: the bits of each for several numbers of them, and that no operator which
// rounds sums is left to several threads, whatever this processor would make of it.
#include <ATen/Parallel.h>

#include <array>
#include <functional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "field/thread_count.hpp"
#include "field/torch_pool.hpp"
#include "metrics/fixed_product.hpp"
#include "metrics/frechet.hpp"
#include "metrics/inception_score.hpp"
#include "metrics/kid.hpp"
#include "metrics/precision_recall.hpp"
#include "metrics/score.hpp"
#include "metrics/shard.hpp"
#include "support.hpp"
#include "support/thread_probe.hpp"

namespace {

using namespace inr;
using test::normals;

constexpr std::array<int, 5> kThreads = {1, 2, 3, 7, 8};

// What work gives for LibTorch's numbers of threads; the operators in it run in one.
template <class Result>
void expect_one_result(const std::function<Result(int n_threads)>& work) {
  std::set<Result> results;
  for (const int n_threads : kThreads) {
    const field::ThreadCountGuard threads(n_threads);
    const test::ThreadProbe probe;
    results.insert(work(n_threads));
    BOOST_TEST(!test::ThreadProbe::called().empty());
    BOOST_TEST(test::ThreadProbe::in_several_threads().empty(),
               n_threads << " threads: " << test::ThreadProbe::in_several_threads());
  }
  BOOST_TEST(results.size() == 1U);
}

metrics::Statistics of_rows(const at::Tensor& rows) {
  metrics::FeatureStats stats(rows.size(1));
  stats.add(rows);
  return stats.finish();
}

std::vector<double> numbers(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.contiguous();
  return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
}

BOOST_AUTO_TEST_SUITE(threads)

BOOST_AUTO_TEST_CASE(probe_sees_what_several_threads_do) {
  const at::Tensor x = normals(1, 20, 20);
  const field::ThreadCountGuard threads(3);
  const test::ThreadProbe probe;
  (void)x.mm(x);
  BOOST_TEST(test::ThreadProbe::in_several_threads() == "aten::mm ");
  const field::ThreadCountGuard one(1);
  BOOST_TEST(one.before() == 3);
  (void)x.sum();
  BOOST_TEST(test::ThreadProbe::called() == "aten::mm aten::sum ");
  BOOST_TEST(test::ThreadProbe::in_several_threads() == "aten::mm ");
}

BOOST_AUTO_TEST_CASE(products_in_pieces_are_products) {
  field::TorchPool pool(3);
  for (const int64_t d : {1, 255, 256, 257, 600}) {  // less than a piece, one, more
    const at::Tensor a = normals(1, d, 300), b = normals(2, 300, 70), square = normals(3, d, d);
    const at::Tensor symmetric = square + square.t(), lower = square.tril();
    BOOST_TEST(test::largest_difference(metrics::fixed_product(a, b, pool), a.mm(b)) < 1e-12);
    for (const bool is_lower : {true, false}) {
      const at::Tensor factor = is_lower ? lower : square;
      const at::Tensor want = factor.t().mm(symmetric).mm(factor).tril();
      const at::Tensor got = metrics::fixed_congruence(factor, symmetric, is_lower, pool).tril();
      BOOST_TEST(test::largest_difference(got, want) < 1e-13 * want.abs().max().item<double>() + 1e-12);
    }
  }
}

// By Cholesky's factor, by square roots of sides without full rank, by singular values.
BOOST_AUTO_TEST_CASE(frechet_distances) {
  const at::Tensor x = normals(1, 900, 600), y = normals(2, 900, 600) * 1.1 + 0.1;
  const field::ThreadCountGuard one(1);
  const metrics::Statistics a = of_rows(x), b = of_rows(y);
  const metrics::Statistics few = of_rows(x.slice(0, 0, 300)), fewer = of_rows(y.slice(0, 0, 270));
  using Route = metrics::FrechetRoute;
  expect_one_result<double>([&](int) { return metrics::frechet_distance(a, b, Route::kSymmetric); });
  expect_one_result<double>([&](int) { return metrics::frechet_distance(few, fewer, Route::kSymmetric); });
  expect_one_result<double>([&](int) { return metrics::frechet_distance(few, b); });
  expect_one_result<double>([&](int) { return metrics::frechet_distance(few, fewer); });
}

BOOST_AUTO_TEST_CASE(statistics) {
  const at::Tensor rows = normals(3, 700, 300) + 5;
  expect_one_result<std::vector<double>>([&](int) {
    metrics::FeatureStats stats(300), others(300);
    stats.add(rows.slice(0, 0, 600));
    others.add(rows.slice(0, 600));
    stats.merge(others);
    const metrics::Statistics got = stats.finish();
    std::vector<double> out = numbers(got.mean);
    const std::vector<double> covariance = numbers(got.covariance);
    out.insert(out.end(), covariance.begin(), covariance.end());
    return out;
  });
}

BOOST_AUTO_TEST_CASE(scores_of_rows) {
  const at::Tensor x = normals(4, 700, 40), y = normals(5, 650, 40) * 0.9 + 0.2, logits = normals(6, 2000, 400);
  expect_one_result<double>([&](int) { return metrics::squared_mmd(x, y); });
  expect_one_result<std::tuple<double, double>>([&](int n_threads) {
    const metrics::Kid kid = metrics::kernel_inception_distance(x, y, {10, 300, 0, n_threads});
    return std::tuple(kid.mean, kid.deviation);
  });
  expect_one_result<std::tuple<double, double>>([&](int n_threads) {
    const metrics::PrecisionRecall both = metrics::precision_recall(x, y, 3, n_threads);
    return std::tuple(both.precision, both.recall);
  });
  for (const int64_t n_splits : {1, 10}) {
    expect_one_result<std::tuple<double, double>>([&](int n_threads) {
      const metrics::InceptionScore score = metrics::inception_score(logits, n_splits, n_threads);
      return std::tuple(score.mean, score.deviation);
    });
  }
}

// From pictures to every score, through shards and files as well.
BOOST_AUTO_TEST_CASE(whole_evaluations) {
  const test::Folders folders;
  expect_one_result<std::string>([&](int n_threads) {
    metrics::EvaluateOptions options = folders.options("a", "few");
    options.n_threads = n_threads;
    options.allow_few = options.scores["kid"] = options.scores["pr"] = true;
    options.save_stats = folders.folder / "a.npz";
    base::Json json = metrics::evaluate(options).json;
    json.erase("seconds");
    options = folders.options("a.npz", "few");
    options.n_threads = n_threads;
    options.allow_few = true;
    return json.dump() + metrics::evaluate(options).json["fid"].dump();
  });
  expect_one_result<std::vector<double>>([&](int n_threads) {
    std::vector<std::string> parts;
    for (int64_t i = 1; i <= 3; ++i) {
      metrics::PartOptions part;
      part.side = folders.folder / "a";
      part.shard = metrics::Shard{i, 3};
      part.n_threads = n_threads;
      part.out = folders.folder / ("part" + std::to_string(i) + ".npz");
      metrics::measure_part(part);
      parts.push_back(part.out);
    }
    metrics::merge_parts(parts, folders.folder / "whole.npz", false);
    return numbers(metrics::load_statistics(folders.folder / "whole.npz").statistics.covariance);
  });
}

// The score that chooses the best checkpoint of a training run, of samples that do not depend on threads.
BOOST_AUTO_TEST_CASE(quick_scores) {
  const test::Folders folders;
  const at::Tensor samples =
      (normals(8, 260, 3 * 16 * 16) * 60 + 128).clamp(0, 255).to(at::kByte).view({260, 3, 16, 16});
  expect_one_result<double>([&](int n_threads) {
    metrics::QuickScoreOptions options;
    options.n_real = 270;
    options.n_fake = 260;
    options.n_threads = n_threads;
    const metrics::QuickScore score(folders.folder / "a", options);
    return score([&](int64_t first, int64_t n) { return samples.slice(0, first, first + n); });
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
