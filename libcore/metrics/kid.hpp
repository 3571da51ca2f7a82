// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Kernel inception distance (Binkowski et al., "Demystifying MMD GANs", ICLR 2018): the squared maximum mean
// discrepancy under the kernel (x.y / d + 1)^3, unbiased, averaged over random subsets. Kernels are taken in float64: a
// large common mean costs float32 half of its digits. A set against itself is negative, because the terms within a set
// leave the diagonal out and the term between the sets does not.
// Letters: N images, d features of one image.
#pragma once
#include <torch/types.h>

#include <cstdint>

namespace inr::metrics {

struct KidOptions {
  int64_t n_subsets = 100;
  int64_t subset_size = 1000;  // images of each side in a subset; all of the smaller side where it has fewer
  uint64_t seed = 0;           // of the subsets
  int n_threads = 0;           // 0: one per core; changes no bit
};

struct Kid {
  double mean = 0, deviation = 0;  // over the subsets; population standard deviation
  int64_t n_subsets = 0;           // 1 where a subset is all there is
};

/// Features [N, d] of any floating type on the CPU, the numbers of rows may differ. Subsets are drawn without
/// replacement by base/philox.hpp. Memory: some copies of a subset for each thread. Throws UsageError (options below
/// 1, or 2 for the size), DataError (fewer than 2 rows, another d on the other side, a value that is not finite).
Kid kernel_inception_distance(const at::Tensor& real, const at::Tensor& fake, const KidOptions& options = {});

/// The same over all rows at once, with n and m of them, by one thread: memory does not grow with n m. Errors as above.
double squared_mmd(const at::Tensor& x, const at::Tensor& y);

}  // namespace inr::metrics
