// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Improved precision and recall (Kynkaanniemi et al., NeurIPS 2019). Each image of a set has a ball that reaches to its
// k-th nearest other image; precision is the share of fakes inside some ball of the reals, recall the reverse.
// Letters: N images, d features of one image.
#pragma once
#include <torch/types.h>

#include <cstdint>

namespace inr::metrics {

struct PrecisionRecall {
  double precision = 0, recall = 0;  // 0..1
};

/// Features [N, d] of any floating type on the CPU, the numbers of rows may differ. Distances in float64; where
/// rounding could decide whether a point is inside (on the rim counts), they are taken anew, difference by difference.
/// Memory is flat (some MB a thread), time grows with N^2 d. n_threads 0: one per core; changes no bit. Throws
/// UsageError (k below 1), DataError (k rows or fewer, another d on the other side, a value that is not finite).
PrecisionRecall precision_recall(const at::Tensor& real, const at::Tensor& fake, int64_t k = 3, int n_threads = 0);

}  // namespace inr::metrics
