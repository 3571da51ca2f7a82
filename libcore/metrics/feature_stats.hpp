// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Mean and covariance of features, streamed: float64, in blocks, memory independent of the number of images. Blocks are
// centred and joined by the pairwise update of Chan, Golub and LeVeque ("Algorithms for computing the sample variance",
// 1983), which keeps every digit where the plain sum of x x^T loses them to a large mean.
// Letters: N images, B images in a block, d features of one image.
#pragma once
#include <torch/types.h>

#include <vector>

namespace inr::metrics {

/// A Gaussian fitted to features, all that a Frechet distance needs. Tensors are float64 on the CPU and never written
/// to.
struct Statistics {
  at::Tensor mean;        // [d]
  at::Tensor covariance;  // [d, d], symmetric
  at::Tensor factor;      // [N, d] with factor^T factor = covariance, only where N <= d and the features were at hand
  int64_t n_images = 0;   // 0: not known (a file of another program)
  [[nodiscard]] int64_t dims() const { return mean.size(0); }
};

/// Accumulates features, with the same bits however they are cut up into calls of add(), each in one thread of LibTorch
/// whatever its number. Not safe for use by several threads at once: give each its own and merge().
class FeatureStats {
 public:
  /// dims = d >= 1.
  explicit FeatureStats(int64_t dims);
  /// features [B, d], any floating type, B may be 0. Throws DataError on another shape or a value that is not finite.
  void add(const at::Tensor& features);
  /// Joins what another accumulator of the same d has seen, as if its features had been added here.
  void merge(const FeatureStats& other);
  [[nodiscard]] int64_t n_images() const noexcept { return n_; }
  /// Covariance divided by (N - ddof). Throws DataError where N <= ddof.
  [[nodiscard]] Statistics finish(int64_t ddof = 1) const;

 private:
  static constexpr int64_t kBlockRows = 256;
  struct Moments {
    int64_t n = 0;       // rows seen
    at::Tensor mean;     // [d]
    at::Tensor scatter;  // [d, d], sum of (x - mean)(x - mean)^T
    void join(const Moments& other);
    void join_rows(const at::Tensor& rows);
  };
  [[nodiscard]] Moments all_moments() const;
  void keep_rows(const std::vector<at::Tensor>& rows, bool complete);

  int64_t dims_;
  int64_t n_ = 0;                    // joined and pending
  Moments joined_;                   // whole blocks
  std::vector<at::Tensor> pending_;  // fewer than kBlockRows rows
  std::vector<at::Tensor> rows_;     // all features while N <= d, for the rank-deficient route; then dropped
};

}  // namespace inr::metrics
