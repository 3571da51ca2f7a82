// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Products of large matrices whose bits depend on the matrices alone. What a library does with several threads depends
// on their number and on the processor; here the result is cut into pieces of a fixed size, each is one product by one
// thread over the whole inner dimension, and threads share out pieces.
#pragma once
#include <torch/types.h>

#include "base/worker_pool.hpp"

namespace inr::metrics {

/// Rows and columns of a piece: a product of 256 x 2048 x 256 runs at the full speed of a core, and 2048 features make
/// 64 pieces.
inline constexpr int64_t kPieceSide = 256;

/// How many pieces a result of this size has: more threads than that have nothing to do.
[[nodiscard]] int64_t n_product_pieces(int64_t n_rows, int64_t n_columns);

/// a b for float64 [m, k] and [k, n].
[[nodiscard]] at::Tensor fixed_product(const at::Tensor& a, const at::Tensor& b, base::WorkerPool& pool);

/// F^T S F for float64 [d, d], S symmetric. The lower triangle alone is complete.
/// lower_factor: F is lower triangular, and its zeros are left out of the sums.
[[nodiscard]] at::Tensor fixed_congruence(const at::Tensor& factor, const at::Tensor& symmetric, bool lower_factor,
                                          base::WorkerPool& pool);

}  // namespace inr::metrics
