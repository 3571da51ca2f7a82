// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The picture that shows how a run is doing: always the same latents, drawn at the training resolution.
#pragma once
#include <string>

#include "field/tensor_map.hpp"
#include "model/config.hpp"

namespace inr::gan {

/// 8 x 8 images (fewer above 256 pixels a side) of records 0 .. 63 of seed 0 as one PNG, written atomically.
void write_sample_grid(const std::string& path, const model::Config& config, const field::TensorMap& weights);

/// Images as 8-bit samples, floor(clamp(127.5 v + 128, 0, 255)) as inr-render(1) writes them: [N, 3, H, W] float in
/// [-1, 1] -> [N, 3, H, W] uint8.
at::Tensor quantize(const at::Tensor& images);

}  // namespace inr::gan
