// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The parts of block_function() on both ways: which tensor is what, and the cut of a grid into bands and tiles.
// Private to block_function.cpp and block_backward.cpp. Letters as in block_function.hpp.
#pragma once
#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "field/coordinate_term.hpp"
#include "field/thread_count.hpp"

namespace inr::field::block {

/// Points of a tile: few enough that its features are still in the cache when the next layer reads them, enough that
/// products are large and the values at the nodes are not read too often (measured: 1024 to 4096 differ by 5 %).
inline constexpr int64_t kTilePoints = 2048;
/// Gradients of weights are summed in this many parts at least, over images and bands of rows: what threads share.
inline constexpr int64_t kParts = 8;

/// Where each tensor of a block is in the flat list that autograd wants; -1: there is none.
struct LayerSlots {
  int x = -1, bias = -1, nodes = -1, fixed = -1;
};
struct HeadSlots {
  int x = -1, bias = -1;
};

/// What of a block is no tensor. A holder, so that autograd can keep it.
struct BlockShape : torch::CustomClassHolder {
  std::shared_ptr<const TermGrid> grid;
  std::vector<std::vector<int64_t>> sizes;  // of the tensors in the flat list
  std::vector<LayerSlots> layers;
  std::vector<HeadSlots> heads;
  int coarse = -1;
  int64_t factor_y = 1, factor_x = 1;
  int64_t n_images = 0, n_channels = 0;
  bool keeps = false;  // outputs of the layers, for the way back
  int64_t n_bands = 1, band_rows = 0, tile_rows = 0;

  [[nodiscard]] int64_t height() const { return grid->height(); }
  [[nodiscard]] int64_t width() const { return grid->width(); }
  [[nodiscard]] int64_t n_points() const { return height() * width(); }

  /// Bands and tiles hold whole rows of the coarser grid, so that no two of them share one.
  void cut(bool on_cpu) {
    const auto multiple = [&](int64_t rows) { return std::max<int64_t>(1, rows / factor_y) * factor_y; };
    const int64_t wanted = on_cpu ? (kParts + n_images - 1) / std::max<int64_t>(1, n_images) : 1;
    band_rows = multiple((height() + wanted - 1) / wanted);
    n_bands = (height() + band_rows - 1) / band_rows;
    tile_rows = on_cpu ? std::min(band_rows, multiple(kTilePoints / width())) : band_rows;
  }
};

/// Calls work(image, band) for all of them, in parallel on a CPU, each in one thread of LibTorch and of MKL.
template <typename Work>
void for_each_band(const BlockShape& shape, bool on_cpu, const Work& work) {
  const int64_t n = shape.n_images * shape.n_bands;
  const auto range = [&](int64_t first, int64_t last) {
    const at::AutoDispatchBelowADInplaceOrView no_autograd;
    for (int64_t i = first; i < last; ++i) work(i / shape.n_bands, i % shape.n_bands);
  };
  if (on_cpu) {
    at::parallel_for(0, n, 1, [&range](int64_t first, int64_t last) {
      const MklThreadGuard one_thread;
      range(first, last);
    });
  } else {
    range(0, n);
  }
}

/// Calls work(y0, y1) for the tiles of a band, from the top.
template <typename Work>
void for_each_tile(const BlockShape& shape, int64_t band, const Work& work) {
  const int64_t end = std::min(shape.height(), (band + 1) * shape.band_rows);
  for (int64_t y = band * shape.band_rows; y < end; y += shape.tile_rows) work(y, std::min(end, y + shape.tile_rows));
}

/// Points of rows y0 .. y1 - 1 of an image: [(y1 - y0) W, C] of [N, H W, C].
inline at::Tensor tile_of(const BlockShape& shape, const at::Tensor& whole, int64_t n, int64_t y0, int64_t y1) {
  return whole[n].narrow(0, y0 * shape.width(), (y1 - y0) * shape.width());
}

/// [rows / fy, fy, W / fx, fx, d] of [rows W, d].
inline at::Tensor by_parent(const BlockShape& shape, const at::Tensor& tile) {
  const int64_t fy = shape.factor_y;
  const int64_t fx = shape.factor_x;
  return tile.view({tile.size(0) / shape.width() / fy, fy, shape.width() / fx, fx, tile.size(1)});
}

/// The coarser cells under rows y0 .. y1 - 1, [rows / fy, 1, W / fx, 1, d].
inline at::Tensor parents_of(const BlockShape& shape, const at::Tensor& coarse, int64_t n, int64_t y0, int64_t y1) {
  const int64_t wide = shape.width() / shape.factor_x;
  const int64_t first = y0 / shape.factor_y;
  const int64_t count = (y1 - y0) / shape.factor_y;
  return coarse[n].narrow(0, first * wide, count * wide).view({count, 1, wide, 1, coarse.size(2)});
}

inline at::Tensor at_slot(const std::vector<at::Tensor>& list, int slot) {
  return slot < 0 ? at::Tensor() : list[static_cast<size_t>(slot)];
}

inline bool has_term(const LayerSlots& slots) { return slots.nodes >= 0 || slots.fixed >= 0; }

}  // namespace inr::field::block
