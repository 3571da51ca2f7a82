// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Sums of kernels in blocks of rows; subsets are shared out to threads.
#include "metrics/kid.hpp"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/philox.hpp"
#include "field/thread_count.hpp"
#include "field/torch_pool.hpp"
#include "metrics/feature_rows.hpp"

namespace inr::metrics {
namespace {

constexpr int64_t kBlockRows = 256;
constexpr uint32_t kRealStream = 0x4b494452, kFakeStream = 0x4b494446;  // "KIDR", "KIDF"

at::Tensor block_of(const at::Tensor& rows, int64_t first) {
  return rows.slice(0, first, std::min(first + kBlockRows, rows.size(0))).to(at::kDouble);
}

// (x.y / d + 1)^3 of all pairs of rows.
at::Tensor kernels(const at::Tensor& x, const at::Tensor& y) {
  at::Tensor base = x.mm(y.t()).div_(static_cast<double>(x.size(1))).add_(1);
  return base * base * base;
}

// The mean over all ordered pairs of different rows.
double mean_within(const at::Tensor& rows) {
  double sum = 0;
  for (int64_t i = 0; i < rows.size(0); i += kBlockRows) {
    const at::Tensor block = block_of(rows, i);
    sum += kernels(block, block).fill_diagonal_(0).sum().item<double>();
    for (int64_t j = i + kBlockRows; j < rows.size(0); j += kBlockRows) {  // the other triangle is the same
      sum += 2 * kernels(block, block_of(rows, j)).sum().item<double>();
    }
  }
  const auto n = static_cast<double>(rows.size(0));
  return sum / (n * (n - 1));
}

double mean_between(const at::Tensor& x, const at::Tensor& y) {
  double sum = 0;
  for (int64_t i = 0; i < x.size(0); i += kBlockRows) {
    const at::Tensor block = block_of(x, i);
    for (int64_t j = 0; j < y.size(0); j += kBlockRows) sum += kernels(block, block_of(y, j)).sum().item<double>();
  }
  return sum / (static_cast<double>(x.size(0)) * static_cast<double>(y.size(0)));
}

double mmd(const at::Tensor& x, const at::Tensor& y) {
  return mean_within(x) + mean_within(y) - 2 * mean_between(x, y);
}

// size of all rows, each at most once: the beginning of a shuffle.
at::Tensor subset(const at::Tensor& rows, int64_t size, uint64_t seed, int64_t index, uint32_t stream) {
  base::CounterRng rng(seed, static_cast<uint64_t>(index), stream);
  std::vector<int64_t> order(static_cast<size_t>(rows.size(0)));
  std::iota(order.begin(), order.end(), int64_t{0});
  for (size_t i = 0; i < static_cast<size_t>(size); ++i) {
    std::swap(order[i], order[i + static_cast<size_t>(rng.next_below(order.size() - i))]);
  }
  order.resize(static_cast<size_t>(size));
  return rows.index_select(0, at::tensor(order, at::kLong)).to(at::kDouble);
}

}  // namespace

double squared_mmd(const at::Tensor& x, const at::Tensor& y) {
  const c10::InferenceMode no_gradients;
  const field::ThreadCountGuard one_thread(1);
  check_row_pair(x, y, 2, "KID");
  return mmd(x, y);
}

Kid kernel_inception_distance(const at::Tensor& real, const at::Tensor& fake, const KidOptions& options) {
  if (options.n_subsets < 1 || options.subset_size < 2) {
    throw base::UsageError("KID needs at least one subset of two images, not " + std::to_string(options.n_subsets) +
                           " of " + std::to_string(options.subset_size));
  }
  const c10::InferenceMode no_gradients;
  const field::ThreadCountGuard one_thread(1);
  check_row_pair(real, fake, 2, "KID");
  const int64_t size = std::min({options.subset_size, real.size(0), fake.size(0)});
  field::TorchPool pool(options.n_threads);
  // Where a subset is all there is, all subsets are the same.
  const bool whole = real.size(0) == size && fake.size(0) == size;
  std::vector<double> values(whole ? 1 : static_cast<size_t>(options.n_subsets));
  pool.run(std::ssize(values), [&](int64_t i) {
    values[static_cast<size_t>(i)] =
        mmd(subset(real, size, options.seed, i, kRealStream), subset(fake, size, options.seed, i, kFakeStream));
  });
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / n), std::ssize(values)};
}

}  // namespace inr::metrics
