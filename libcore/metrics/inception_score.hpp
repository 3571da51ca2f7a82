// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Inception score (Salimans et al., "Improved techniques for training GANs", 2016): the exponential of the mean
// Kullback-Leibler divergence from the mean class distribution to that of each image, in float64.
#pragma once
#include <torch/types.h>

#include <cstdint>

namespace inr::metrics {

struct InceptionScore {
  double mean = 0, deviation = 0;  // over the splits; population standard deviation
};

/// Class scores [N, classes] before the softmax, any floating type, CPU. Split i of n_splits holds rows i N / n_splits
/// to (i + 1) N / n_splits - 1, in the order given. Memory is flat. n_threads 0: one per core; changes no bit. Throws
/// UsageError (n_splits below 1), DataError (fewer rows than splits, a value that is not finite).
InceptionScore inception_score(const at::Tensor& logits, int64_t n_splits = 10, int n_threads = 0);

}  // namespace inr::metrics
