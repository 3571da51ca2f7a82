// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Streaming mean and covariance by the pairwise update, in one thread: what a product of a block is does not depend on
// how many threads there are elsewhere.
#include "metrics/feature_stats.hpp"

#include <cmath>
#include <string>

#include "base/error.hpp"
#include "field/thread_count.hpp"

namespace inr::metrics {

FeatureStats::FeatureStats(int64_t dims) : dims_(dims), joined_{0, at::zeros({dims}, at::kDouble), {}} {
  joined_.scatter = at::zeros({dims, dims}, at::kDouble);
}

void FeatureStats::Moments::join(const Moments& other) {
  if (other.n == 0) return;
  const auto n_here = static_cast<double>(n), n_there = static_cast<double>(other.n);
  const at::Tensor step = other.mean - mean;  // [d]
  scatter = scatter + other.scatter + at::outer(step, step) * (n_here * n_there / (n_here + n_there));
  mean = mean + step * (n_there / (n_here + n_there));
  n += other.n;
}

// join() of the rows' own moments in one pass over the matrix, which at d = 2048 is 32 MB: beside a product of a
// block's size each further pass would show. A new matrix, because copies of this object share the old one.
void FeatureStats::Moments::join_rows(const at::Tensor& rows) {
  const auto n_here = static_cast<double>(n), n_there = static_cast<double>(rows.size(0));
  const at::Tensor rows_mean = rows.mean(0);
  const at::Tensor centred = rows - rows_mean;
  const at::Tensor step = rows_mean - mean;  // [d]
  scatter = at::addmm(scatter, centred.t(), centred);
  if (n > 0) scatter.addr_(step, step, 1, n_here * n_there / (n_here + n_there));
  mean = mean + step * (n_there / (n_here + n_there));
  n += rows.size(0);
}

FeatureStats::Moments FeatureStats::all_moments() const {
  Moments all = joined_;
  if (!pending_.empty()) all.join_rows(at::cat(pending_));
  return all;
}

void FeatureStats::keep_rows(const std::vector<at::Tensor>& rows, bool complete) {
  if (complete && n_ <= dims_) {
    rows_.insert(rows_.end(), rows.begin(), rows.end());
  } else {
    rows_.clear();
  }
}

void FeatureStats::add(const at::Tensor& features) {
  if (features.dim() != 2 || features.size(1) != dims_) {
    throw base::DataError("features: shape is not [N, " + std::to_string(dims_) + "]");
  }
  if (features.size(0) == 0) return;
  const field::ThreadCountGuard one_thread(1);
  const at::Tensor block = features.detach().to(at::kCPU, at::kDouble);  // [B, d]
  if (!at::isfinite(block).all().item<bool>()) {
    throw base::DataError("features: a value is not finite; the network file or the images are damaged");
  }
  const bool complete = n_ == 0 || !rows_.empty();
  n_ += block.size(0);
  keep_rows({block}, complete);
  pending_.push_back(block);
  const int64_t n_pending = n_ - joined_.n;
  if (n_pending < kBlockRows) return;
  const at::Tensor rows = at::cat(pending_);
  const int64_t n_whole = n_pending / kBlockRows * kBlockRows;
  for (const at::Tensor& whole : rows.slice(0, 0, n_whole).split(kBlockRows)) joined_.join_rows(whole);
  pending_.clear();
  if (n_whole < n_pending) pending_.push_back(rows.slice(0, n_whole).clone());
}

void FeatureStats::merge(const FeatureStats& other) {
  if (other.dims_ != dims_) {
    throw base::DataError("features: " + std::to_string(other.dims_) + " and " + std::to_string(dims_) +
                          " features per image cannot be joined");
  }
  if (other.n_ == 0) return;
  const field::ThreadCountGuard one_thread(1);
  joined_ = all_moments();
  joined_.join(other.all_moments());
  pending_.clear();
  const bool complete = (n_ == 0 || !rows_.empty()) && !other.rows_.empty();
  n_ += other.n_;
  keep_rows(other.rows_, complete);
}

Statistics FeatureStats::finish(int64_t ddof) const {
  if (n_ <= ddof) {
    throw base::DataError("statistics: " + std::to_string(n_) + " image" + (n_ == 1 ? "" : "s") +
                          " cannot give a covariance; use at least " + std::to_string(ddof + 1));
  }
  const field::ThreadCountGuard one_thread(1);
  const Moments all = all_moments();
  const auto divisor = static_cast<double>(n_ - ddof);
  Statistics out;
  out.mean = all.mean.clone();
  out.covariance = all.scatter / divisor;
  out.n_images = n_;
  if (!rows_.empty()) out.factor = (at::cat(rows_) - all.mean) / std::sqrt(divisor);
  return out;
}

}  // namespace inr::metrics
