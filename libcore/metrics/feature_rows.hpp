// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What the scores that need all features at once (KID, precision and recall, inception score) ask of them.
// Letters: N images, d features of one image.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <string>

namespace inr::metrics {

/// Throws DataError ("WHAT: ...") unless rows are at least n_least finite rows [N, d] of a floating type on the CPU.
void check_rows(const at::Tensor& rows, int64_t n_least, const std::string& what);

/// check_rows() of both, and the same d.
void check_row_pair(const at::Tensor& real, const at::Tensor& fake, int64_t n_least, const std::string& what);

}  // namespace inr::metrics
