// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The few operations that the fast renderer and the hypernetwork are written over (render.md): one table of functions
// for each instruction set, chosen at run time. Raw pointers and sizes; whoever calls has checked them. All functions
// are pure, hold no state and may run in any number of threads at once.
//
// Letters: d rows of a matrix (channels that come out), C columns (channels that go in), P_x and P_y nodes, Q columns
// of the coordinate term, m frequencies.
#pragma once
#include <cstdint>

#include "kernels/panels.hpp"

namespace inr::kernels {

/// One summand of a layer: strips [n_strips][C][kStrip] times panels [n_panels][C][kPanel].
struct Part {
  const float* strips = nullptr;
  const float* panels = nullptr;
  int64_t columns = 0;       // C
  int64_t strip_stride = 0;  // floats from one strip to the next
  int64_t panel_stride = 0;  // floats from one panel to the next
};

/// Values of a coarser grid, planar: value of channel c and cell i at values[c * stride + i], with kOverread floats
/// behind the last. parents: the cell of every point (kPanel a panel), each the one before it or the next.
struct Coarse {
  const float* values = nullptr;  // null: none
  int64_t stride = 0;
  const int32_t* parents = nullptr;
};

/// What becomes of a layer's sums: nothing; max(x, 0); max(x, x / 5). All keep what is not a number.
enum class Activation { kNone, kRelu, kLeaky };

/// out = act(bias + addends + coarse[parent] + sum of parts), for some panels of one row of points. out of channel c,
/// panel p is kPanel floats at out + c * out_channel_stride + p * out_panel_stride.
struct LayerJob {
  static constexpr int kMaxParts = 3;
  static constexpr int kMaxCoarse = 2;
  static constexpr int kMaxAddends = 2;
  Part parts[kMaxParts];
  int n_parts = 0;
  const float* bias = nullptr;  // [>= d, padded to strips]
  Coarse coarse[kMaxCoarse];
  int n_coarse = 0;
  const float* addends[kMaxAddends] = {};  // [d, padded to strips][kPanel], where there is one panel
  int n_addends = 0;
  Activation activation = Activation::kNone;
  int64_t rows = 0;  // d; channels behind the last one of its strip (padding) may be written too, up to a multiple of 4
  int64_t panels = 0;
  float* out = nullptr;
  int64_t out_channel_stride = 0, out_panel_stride = 0;
};

/// Weights of one strip of a matrix, as modulations make them: w[o][c] = scale shared[o][c] gain[o] m(sum_k a[o][k]
/// b[k][c]), m = 2 sigmoid where gated, else the sum itself; factors that are null are left out. Rows behind `rows` are
/// zero.
struct WeightJob {
  const float* shared = nullptr;  // [d, stride], row-major: the strip's first row
  int64_t shared_stride = 0;
  const float* a = nullptr;  // [d, rank]
  const float* b = nullptr;  // [rank, b_stride]
  int64_t rank = 0, b_stride = 0;
  const float* gain = nullptr;  // [d]
  float scale = 1;
  bool gated = false;
  int64_t rows = 0;                // of this strip, 1 .. kStrip
  int64_t first = 0, columns = 0;  // columns first .. first + columns - 1 of shared and b
  float* out = nullptr;            // [columns][kStrip]
};

/// T of some rows of points from a layer's values at the nodes: out[row][strip][j] = sum_i weights[row][i]
/// values[strip][i][j]. The values of a strip lie in blocks of kSpreadBlock columns j (the last one narrower), each
/// [P_y][columns], so that they are read in the order of memory: see spread_index().
struct SpreadJob {
  const float* values = nullptr;   // [n_strips][P_y lane]
  int64_t lane = 0;                // columns j: P_x kStrip, a multiple of 16
  int64_t nodes_y = 0;             // P_y
  const float* weights = nullptr;  // [n_rows][P_y]
  int64_t n_rows = 0, n_strips = 0;
  float* out = nullptr;
  int64_t out_row_stride = 0, out_strip_stride = 0;
};

inline constexpr int64_t kSpreadBlock = 64;

/// Where column j of node row i lies among the values of a strip.
constexpr int64_t spread_index(int64_t i, int64_t j, int64_t nodes_y, int64_t lane) noexcept {
  const int64_t begin = j / kSpreadBlock * kSpreadBlock;
  const int64_t columns = lane - begin < kSpreadBlock ? lane - begin : kSpreadBlock;
  return begin * nodes_y + i * columns + (j - begin);
}

/// One coefficient of a row's term of fixed frequencies: column `from` of the weights counts `factor` times in column
/// `to` of the term.
struct Entry {
  int32_t from = 0, to = 0;
  float factor = 0;
};

/// The columns of T that fixed frequencies bring, on one row: sums of columns of the weights.
struct CombineJob {
  const float* strips = nullptr;  // [n_strips] of columns of kStrip
  int64_t strip_stride = 0;
  const Entry* entries = nullptr;
  int64_t n_entries = 0;
  int64_t n_strips = 0, columns = 0;
  float* out = nullptr;  // [n_strips][columns][kStrip]
  int64_t out_strip_stride = 0;
};

/// Features of one panel of points of a row from those of the axes: e_i = sin(x_i + y_i), e_{m+i} = cos(x_i + y_i).
struct FeatureJob {
  const float* sin_x = nullptr;  // [m][kPanel]
  const float* cos_x = nullptr;  // [m][kPanel]
  const float* sin_y = nullptr;  // [m], times y_stride; y_stride = kPanel: a value a point
  const float* cos_y = nullptr;
  int64_t y_stride = 1;
  int64_t frequencies = 0;  // m
  float* out = nullptr;     // [2 m][kPanel]
};

/// A row of points between two rows of a coarser grid, which are planar as in Coarse: of every channel c
///     blended[i] = upper[c][i] + part_y (lower[c][i] - upper[c][i])
///     out[c][j]  = blended[left[j]] + part_x[j] (blended[left[j] + 1] - blended[left[j]]).
struct InterpolateJob {
  const float* upper = nullptr;
  const float* lower = nullptr;
  int64_t stride = 0;
  float part_y = 0;
  const int32_t* left = nullptr;  // [panels kPanel], ascending
  const float* part_x = nullptr;  // [panels kPanel]
  int64_t channels = 0, panels = 0;
  float* blended = nullptr;  // room for what lies between the first and the last point: [left[last] - left[0] + 2 +
                             // kOverread]
  float* out = nullptr;      // [channels][out_stride]
  int64_t out_stride = 0;
};

/// Of n values each: t1 = b12 - b11, t2 = b22 - t1, t3 = b22 - b12, t4 = t2 - b21. n: a multiple of kPanel.
struct DifferencesJob {
  const float *b11 = nullptr, *b12 = nullptr, *b21 = nullptr, *b22 = nullptr;
  float *t1 = nullptr, *t2 = nullptr, *t3 = nullptr, *t4 = nullptr;
  int64_t n = 0;
};

/// Of every channel, over the points x of a row: p, the first of them, and the sums of x - p and of (x - p)^2, at
/// sums[3 c] (for standard deviations).
struct MomentsJob {
  const float* panels = nullptr;  // [n_panels][panel_stride], panels of channels [kPanel]
  int64_t panel_stride = 0;
  int64_t channels = 0;
  int64_t points = 0;  // those behind the last one are left out
  double* sums = nullptr;
};

/// Some rows of a linear layer, for latents in groups of kGroup that lie side by side:
///     out[g][o][l] = bias[o] + sum_k weight[o][k] in[g][k][l],
/// one chain of multiply-adds from the bias on, k ascending: a latent's result depends neither on its lane nor on what
/// lies in the others.
struct LinearJob {
  const float* weight = nullptr;  // [rows, columns], row-major, rows weight_stride apart
  int64_t weight_stride = 0;
  const float* bias = nullptr;  // [rows]
  int64_t rows = 0, columns = 0;
  const float* in = nullptr;  // [n_groups][columns][kGroup], groups in_stride apart
  int64_t n_groups = 0, in_stride = 0;
  float* out = nullptr;  // [n_groups][rows][kGroup], groups out_stride apart
  int64_t out_stride = 0;
};

struct Operations {
  const char* name;
  void (*layer)(const LayerJob& job);
  void (*weights)(const WeightJob& job);
  void (*spread)(const SpreadJob& job);
  void (*combine)(const CombineJob& job);
  void (*features)(const FeatureJob& job);
  void (*interpolate)(const InterpolateJob& job);
  void (*moments)(const MomentsJob& job);
  void (*differences)(const DifferencesJob& job);
  void (*linear)(const LinearJob& job);
  /// tanh of n floats, in place; absolute error below 2e-7.
  void (*tanh)(float* values, int64_t n);
};

}  // namespace inr::kernels
