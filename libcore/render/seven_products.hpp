// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A layer's product of two panels by seven products of quarters in place of eight (Strassen, "Gaussian elimination is
// not optimal", 1969, in Winograd's form). With A the matrix, cut in halves of its rows and of its columns, and B the
// two panels side by side, cut in halves of their channels,
//
//   S1 = A21 + A22   S2 = S1 - A11   S3 = A11 - A21   S4 = A12 - S2        once a matrix
//   T1 = B12 - B11   T2 = B22 - T1   T3 = B22 - B12   T4 = T2 - B21        once a pair of panels
//   U = A11 B11      V = U + S2 T2   Y = S1 T1        Z = V + S3 T3
//   C11 = U + A12 B21   C12 = V + Y + S4 B22   C21 = Z - A22 T4   C22 = Z + Y
//
// The sums of panels cost about 1 / d of what the eighth product would: it pays for wide layers. Which panels are a
// pair depends on the grid alone.
//
// Values of different points and channels are added before they are multiplied. So rounding is that of the largest of
// them: some 1e-7 of it, times how far the columns of the matrix differ in size, which therefore has a limit. And what
// is no number, or huge, at one point shows at the point one panel further too.
#pragma once
#include "kernels/operations.hpp"
#include "render/matrix.hpp"

namespace inr::render {

class SevenProducts {
 public:
  /// Whether a matrix of this shape repays them.
  static bool pay(int64_t rows, int64_t columns) noexcept;
  /// Floats that one of a matrix holds.
  static int64_t floats(int64_t rows, int64_t columns) noexcept;

  SevenProducts() = default;
  /// matrix: one that they pay for. It is not kept. Empty where its columns differ too much in size: features behind
  /// the small ones may be as much larger, and then lose their digits.
  SevenProducts(const Matrix& matrix, const ForEach& for_each);
  [[nodiscard]] bool empty() const noexcept { return sums_.empty(); }

  /// The same as operations.layer(job). job.parts[0] is the product with the matrix; its panels are paired from the
  /// first one on, and an odd last one goes the plain way. scratch: any.
  void layer(const kernels::LayerJob& job, const kernels::Operations& operations, kernels::Buffer& scratch) const;

 private:
  void pair(const kernels::LayerJob& job, int64_t panel, const kernels::Operations& operations, float* scratch) const;
  int64_t rows_ = 0, columns_ = 0;  // of a quarter
  kernels::Buffer sums_;            // S1, S2, S3, S4, -A22: strips
};

}  // namespace inr::render
