// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The weights of FMM layers, W = W_s * 2 sigmoid(A B) elementwise (the paper's section 3.2; the factor 2 of its code).
#pragma once
#include <torch/types.h>

namespace inr::field {

/// a [N, C_out, r], b [N, r, C_in], shared [C_out, C_in] -> [N, C_out, C_in]. Differentiable once. Nothing of the size
/// of the result is kept for the way back: A B is made again, which costs r products an element.
at::Tensor factored_weight(const at::Tensor& a, const at::Tensor& b, const at::Tensor& shared);

}  // namespace inr::field
