// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "metrics/fixed_product.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace inr::metrics {
namespace {

int64_t n_pieces(int64_t size) { return (size + kPieceSide - 1) / kPieceSide; }

// Rows or columns (dim) of piece p.
at::Tensor piece_of(const at::Tensor& matrix, int64_t dim, int64_t p) {
  return matrix.slice(dim, p * kPieceSide, std::min((p + 1) * kPieceSide, matrix.size(dim)));
}

void multiply(const at::Tensor& a, const at::Tensor& b, const at::Tensor& out, int64_t row, int64_t column) {
  at::Tensor target = piece_of(piece_of(out, 0, row), 1, column);
  at::mm_out(target, a, b);
}

}  // namespace

int64_t n_product_pieces(int64_t n_rows, int64_t n_columns) { return n_pieces(n_rows) * n_pieces(n_columns); }

at::Tensor fixed_product(const at::Tensor& a, const at::Tensor& b, base::WorkerPool& pool) {
  at::Tensor out = at::empty({a.size(0), b.size(1)}, a.options());
  const int64_t n_columns = n_pieces(b.size(1));
  pool.run(n_product_pieces(a.size(0), b.size(1)), [&](int64_t p) {
    const int64_t row = p / n_columns, column = p % n_columns;
    multiply(piece_of(a, 0, row), piece_of(b, 1, column), out, row, column);
  });
  return out;
}

at::Tensor fixed_congruence(const at::Tensor& factor, const at::Tensor& symmetric, bool lower_factor,
                            base::WorkerPool& pool) {
  const int64_t n = n_pieces(factor.size(0));
  // Columns of piece p of a lower triangular F are zero above row first(p).
  const auto first = [lower_factor](int64_t p) { return lower_factor ? p * kPieceSide : 0; };
  at::Tensor half = at::empty_like(symmetric, at::MemoryFormat::Contiguous);  // S F
  pool.run(n * n, [&](int64_t p) {
    const int64_t row = p % n, column = p / n;  // the longest sums first
    const at::Tensor left = piece_of(symmetric, 0, row).slice(1, first(column));
    multiply(left, piece_of(factor, 1, column).slice(0, first(column)), half, row, column);
  });
  std::vector<std::pair<int64_t, int64_t>> lower;  // pieces with row >= column
  for (int64_t row = 0; row < n; ++row) {
    for (int64_t column = 0; column <= row; ++column) lower.emplace_back(row, column);
  }
  at::Tensor out = at::zeros_like(symmetric, at::MemoryFormat::Contiguous);
  pool.run(std::ssize(lower), [&](int64_t p) {
    const auto [row, column] = lower[static_cast<size_t>(p)];
    const at::Tensor left = piece_of(factor, 1, row).slice(0, first(row)).t();
    multiply(left, piece_of(half, 1, column).slice(0, first(row)), out, row, column);
  });
  return out;
}

}  // namespace inr::metrics
