// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A convolution whose second derivatives cost what the first ones do. R1 differentiates the discriminator twice; the
// library's own second derivative by the weights is a convolution with filters as large as the image, which is several
// times slower than the gradient routine that the same sum has.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <optional>

namespace inr::gan {

/// x [N, C, H, W], weight [D, C, K, K], bias [D] or none -> [N, D, H', W'] with H' = (H + 2 pad - K) / stride + 1.
/// Differentiable twice.
at::Tensor convolve(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias,
                    int64_t stride, int64_t pad);

}  // namespace inr::gan
