// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The Frechet distance between two Gaussians (Dowson and Landau 1982; as a score of generators: Heusel et al. 2017),
//   |m1 - m2|^2 + tr S1 + tr S2 - 2 tr sqrt(S1 S2),
// in float64 throughout (fid.md, section 3). Values are never clamped: a set against itself gives a tiny number of
// either sign.
#pragma once
#include <cstdint>
#include <string>

#include "metrics/feature_stats.hpp"

namespace inr::metrics {

/// How the trace of the matrix square root is taken.
enum class FrechetRoute {
  kSymmetric,  // sum of sqrt of the eigenvalues of F^T S2 F with F F^T = S1 (its Cholesky factor; its root where it has
               // none), negatives clipped at 0
  kNuclear     // sum of the singular values of F1 F2^T with F^T F = S: exact for few samples, where the other loses
               // 1e-7..1e-3
};

/// The distance, with the same bits for any number of threads: LibTorch's number of them (at::get_num_threads) share
/// out pieces. Without a route the nuclear norm is taken where a side has a factor (N <= d), else the symmetric one.
/// Throws DataError where the two sides differ in d, hold a value that is not finite, or have no finite distance;
/// SystemError where a thread cannot be started.
double frechet_distance(const Statistics& real, const Statistics& fake);
double frechet_distance(const Statistics& real, const Statistics& fake, FrechetRoute route);

/// Below this number of images on a side the bias of the distance is so large that only equal numbers compare.
inline constexpr int64_t kFewImages = 10000;

/// A covariance of n_images <= dims images lacks rank. Throws DataError ("NAME: ...") then. 0 (not known) passes.
void check_rank(const std::string& name, int64_t n_images, int64_t dims);
/// Logs a warning for fewer than kFewImages images, and where the number is not known (0).
void warn_few(const std::string& name, int64_t n_images);

}  // namespace inr::metrics
