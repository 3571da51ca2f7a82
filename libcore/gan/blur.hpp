// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The discriminator's low-pass filter (model.md, section 5): [1, 3, 3, 1] / 8 along y and x with zeros around the
// image. A single pass over memory, differentiable any number of times: the derivative is the transposed filter, whose
// derivative is the filter again.
#pragma once
#include <torch/types.h>

namespace inr::gan {

enum class Blur {
  kWiden,   // two zeros around, every value: H -> H + 1
  kNarrow,  // one zero around, every value: H -> H - 1; the transpose of kWiden
  kHalve,   // one zero around, every second value: H -> H / 2, H even
  kDouble,  // the transpose of kHalve: H -> 2 H
};

/// [N, C, H, W] -> the same with both sides as above, in the memory format of x. float32 or float64.
at::Tensor blur(const at::Tensor& x, Blur kind);

/// The same by the library's convolutions, in the memory format that they choose: for devices whose memory is not ours
/// to walk.
at::Tensor blur_by_convolution(const at::Tensor& x, Blur kind);

}  // namespace inr::gan
