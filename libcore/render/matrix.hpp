// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Matrices in the layout of the kernels, and how work is shared out.
#pragma once
#include <cstdint>
#include <functional>

#include "kernels/buffer.hpp"
#include "kernels/panels.hpp"

namespace inr::render {

/// Calls work(0) .. work(n - 1), each once, in any order, in one thread or several, and returns when all are done.
using ForEach = std::function<void(int64_t n, const std::function<void(int64_t)>& work)>;

/// work(0) .. work(n - 1) in pieces of so many calls: for work too small to be handed out one by one.
void for_pieces(const ForEach& for_each, int64_t n, int64_t piece, const std::function<void(int64_t)>& work);

/// A matrix [rows, columns] in strips.
struct Matrix {
  int64_t rows = 0, columns = 0;
  kernels::Buffer strips;  // [n_strips][columns][kStrip]
  [[nodiscard]] bool empty() const noexcept { return columns == 0; }
  [[nodiscard]] int64_t strip_stride() const noexcept { return columns * kernels::kStrip; }
};

}  // namespace inr::render
