// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Streaming mean and covariance by the pairwise update.
#include "metrics/feature_stats.hpp"

#include <cmath>
#include <string>

#include "base/error.hpp"

namespace inr::metrics {

FeatureStats::FeatureStats(int64_t dims)
    : dims_(dims), mean_(at::zeros({dims}, at::kDouble)), scatter_(at::zeros({dims, dims}, at::kDouble)) {}

void FeatureStats::add(const at::Tensor& features) {
  if (features.dim() != 2 || features.size(1) != dims_) {
    throw base::DataError("features: shape is not [N, " + std::to_string(dims_) + "]");
  }
  const int64_t n_block = features.size(0);
  if (n_block == 0) return;
  const at::Tensor block = features.detach().to(at::kCPU, at::kDouble);  // [B, d]
  if (!at::isfinite(block).all().item<bool>()) {
    throw base::DataError("features: a value is not finite; the network file or the images are damaged");
  }
  FeatureStats part(dims_);
  part.n_ = n_block;
  part.mean_ = block.mean(0);
  const at::Tensor centred = block - part.mean_;
  part.scatter_ = centred.t().mm(centred);
  part.rows_ = {block};
  merge(part);
}

void FeatureStats::merge(const FeatureStats& other) {
  if (other.dims_ != dims_) {
    throw base::DataError("features: " + std::to_string(other.dims_) + " and " + std::to_string(dims_) +
                          " numbers an image cannot be joined");
  }
  if (other.n_ == 0) return;
  const bool whole = rows_.empty() == (n_ == 0) && !other.rows_.empty();
  const auto n_here = static_cast<double>(n_), n_there = static_cast<double>(other.n_);
  const double n_total = n_here + n_there;
  const at::Tensor step = other.mean_ - mean_;  // [d]
  scatter_ = scatter_ + other.scatter_ + at::outer(step, step) * (n_here * n_there / n_total);
  mean_ = mean_ + step * (n_there / n_total);
  n_ += other.n_;
  if (whole && n_ <= dims_) {
    rows_.insert(rows_.end(), other.rows_.begin(), other.rows_.end());
  } else {
    rows_.clear();
  }
}

Statistics FeatureStats::finish(int64_t ddof) const {
  if (n_ <= ddof) {
    throw base::DataError("statistics: " + std::to_string(n_) + " image" + (n_ == 1 ? "" : "s") +
                          " cannot give a covariance; use at least " + std::to_string(ddof + 1));
  }
  const auto divisor = static_cast<double>(n_ - ddof);
  Statistics out;
  out.mean = mean_.clone();
  out.covariance = scatter_ / divisor;
  out.n_images = n_;
  if (!rows_.empty()) out.factor = (at::cat(rows_) - mean_) / std::sqrt(divisor);
  return out;
}

}  // namespace inr::metrics
