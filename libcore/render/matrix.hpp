// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Matrices in the layout of the kernels.
#pragma once
#include <cstdint>

#include "kernels/buffer.hpp"
#include "kernels/panels.hpp"
#include "render/for_each.hpp"

namespace inr::render {

/// A matrix [rows, columns] in strips.
struct Matrix {
  int64_t rows = 0, columns = 0;
  kernels::Buffer strips;  // [n_strips][columns][kStrip]
  [[nodiscard]] bool empty() const noexcept { return columns == 0; }
  [[nodiscard]] int64_t strip_stride() const noexcept { return columns * kernels::kStrip; }
};

}  // namespace inr::render
