// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// How numbers lie in memory for the kernels. Two layouts meet in a product of weights and features:
//
//   panel   kPanel points side by side: features of C channels are [C][kPanel], one channel's points in consecutive
//           vectors. A row of points is cut into panels from its left end; the last one is padded with anything finite.
//   strip   kStrip rows of a matrix [C_out, C_in] side by side: [C_in][kStrip]; the matrix is its strips from the top,
//           the last one padded with zeros. One element is broadcast against a panel's vectors.
//
// The hypernetwork's layers have groups instead of panels: kGroup latents side by side, [C][kGroup], against a matrix
// as it stands in the file, row-major.
//
// Every value is one chain of multiply-adds in the order of C_in, so that its bits depend neither on how points are cut
// into jobs nor on threads (render.md, "Same bytes").
#pragma once
#include <cstdint>

namespace inr::kernels {

inline constexpr int64_t kPanel = 32;
inline constexpr int64_t kStrip = 8;
inline constexpr int64_t kGroup = 16;
/// Floats that may be read (never used) behind the last value of a planar row of coarse values.
inline constexpr int64_t kOverread = 16;

constexpr int64_t n_panels(int64_t points) noexcept { return (points + kPanel - 1) / kPanel; }
constexpr int64_t n_strips(int64_t rows) noexcept { return (rows + kStrip - 1) / kStrip; }

}  // namespace inr::kernels
