// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Two passes over each split: the mean distribution, then the divergences from it. A split is the work of one thread.
#include "metrics/inception_score.hpp"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "field/thread_count.hpp"
#include "field/torch_pool.hpp"
#include "metrics/feature_rows.hpp"

namespace inr::metrics {
namespace {

constexpr int64_t kBlockRows = 1024;

double split_score(const at::Tensor& logits) {
  const auto n = static_cast<double>(logits.size(0));
  at::Tensor mean = at::zeros({logits.size(1)}, at::kDouble);
  for (const at::Tensor& block : logits.split(kBlockRows)) {
    mean += at::log_softmax(block.to(at::kDouble), 1).exp().sum(0);
  }
  mean /= n;
  // A class whose every probability has underflowed adds nothing: 0 log 0 = 0.
  const at::Tensor log_mean = mean.log().masked_fill(mean == 0, 0);
  double sum = 0;
  for (const at::Tensor& block : logits.split(kBlockRows)) {
    const at::Tensor log_p = at::log_softmax(block.to(at::kDouble), 1);
    sum += (log_p.exp() * (log_p - log_mean)).sum().item<double>();
  }
  return std::exp(sum / n);
}

}  // namespace

InceptionScore inception_score(const at::Tensor& logits, int64_t n_splits, int n_threads) {
  if (n_splits < 1) throw base::UsageError("an inception score needs at least one split");
  const c10::InferenceMode no_gradients;
  const field::ThreadCountGuard one_thread(1);
  check_rows(logits, n_splits, "inception score");
  const int64_t n = logits.size(0);
  std::vector<double> scores(static_cast<size_t>(n_splits));
  field::TorchPool pool(n_threads);
  pool.run(n_splits, [&](int64_t i) {
    scores[static_cast<size_t>(i)] = split_score(logits.slice(0, i * n / n_splits, (i + 1) * n / n_splits));
  });
  const auto count = static_cast<double>(n_splits);
  const double mean = std::accumulate(scores.begin(), scores.end(), 0.0) / count;
  double squares = 0;
  for (const double score : scores) squares += (score - mean) * (score - mean);
  return {mean, std::sqrt(squares / count)};
}

}  // namespace inr::metrics
