// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "render/fast_renderer.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace inr::render {
namespace {

using kernels::Buffer;
using kernels::kPanel;
using kernels::kStrip;

/// Rows of a piece, at most: the values at the nodes are read once for all of them.
constexpr int64_t kPieceRows = 4;
constexpr int64_t kRgbRows = kStrip;  // three of them are used

/// Fewer rows where there would be too few pieces for the processors. The cut changes no bit.
int64_t piece_rows(int64_t n_rows, int64_t n_across) {
  const int64_t wanted = 2 * static_cast<int64_t>(std::max(1U, std::thread::hardware_concurrency()));
  int64_t rows = kPieceRows;
  while (rows > 1 && (n_rows + rows - 1) / rows * n_across < wanted) rows /= 2;
  return rows;
}

}  // namespace

FastRenderer::FastRenderer(const model::ModelConfig& config, const model::ThetaLayout& layout,
                           const model::Weights& shared, std::span<const float> theta, const model::GridPlan& plan,
                           const kernels::Operations& operations)
    : config_(config),
      layout_(layout),
      shared_(shared),
      plan_(plan),
      operations_(operations),
      theta_(theta.begin(), theta.end()) {
  if (static_cast<int64_t>(theta.size()) != layout.n_theta) {
    throw std::logic_error("FastRenderer: theta of another model");
  }
}

/// Values of a row of the coarser grid as the points of a piece see them.
kernels::Coarse FastRenderer::below(size_t k, int64_t row, const Piece& piece, Buffer Row::*part, int64_t channels,
                                    Scratch& scratch) {
  const Grid& grid = grids_[k];
  const Grid& coarse = grids_[k - 1];
  const int64_t upper = grid.below.rows[static_cast<size_t>(row)];
  const int32_t* columns = grid.below.columns.data() + piece.panel * kPanel;
  if (!grid.below.interpolated()) return {(coarse.held.at(upper).*part).data(), coarse.stride, columns};
  const int64_t stride = piece.n_panels * kPanel + kernels::kOverread;
  scratch.between.reserve(channels * stride);
  scratch.blended.reserve(coarse.stride + kernels::kOverread);
  kernels::InterpolateJob job;
  job.upper = (coarse.held.at(upper).*part).data();
  job.lower = (coarse.held.at(std::min(upper + 1, coarse.height - 1)).*part).data();
  job.stride = coarse.stride;
  job.part_y = grid.below.part_y[static_cast<size_t>(row)];
  job.left = columns;
  job.part_x = grid.below.part_x.data() + piece.panel * kPanel;
  job.channels = channels;
  job.panels = piece.n_panels;
  job.blended = scratch.blended.data();
  job.out = scratch.between.data();
  job.out_stride = stride;
  operations_.interpolate(job);
  return {scratch.between.data(), stride, grid.in_order.data()};
}

void FastRenderer::multiply(const SevenProducts& products, const kernels::LayerJob& job, Scratch& scratch) const {
  if (products.empty()) {
    operations_.layer(job);
  } else {
    products.layer(job, operations_, scratch.sums);
  }
}

void FastRenderer::evaluate_layer(size_t k, size_t l, const Piece& piece, const Features& from, const Features& to,
                                  Scratch& scratch) {
  const Grid& grid = grids_[k];
  const Block& block = weights_.blocks[k];
  const Layer& layer = block.layers[l];
  const int64_t panel_floats = padded(block.width) * kPanel;
  const int64_t term_floats = grid.term.panels_floats(piece.n_panels);
  grid.term.rows_of(l, piece.row, piece.n_rows, scratch.rows.data());
  for (int64_t r = 0; r < piece.n_rows; ++r) {
    const int64_t row = piece.row + r;
    kernels::LayerJob job;
    if (l > 0) {
      job.parts[job.n_parts++] = {layer.x.strips.data(), from.data + r * from.row_stride, layer.x.columns,
                                  layer.x.strip_stride(), panel_floats};
    } else {
      if (k > 0) job.coarse[job.n_coarse++] = below(k, row, piece, &Row::next, block.width, scratch);
      const StoredGrid& stored = grid.stored;
      if (stored.one_point_each) {
        const int64_t columns = block.stored.x.columns;
        scratch.stored.reserve(piece.n_panels * columns * kPanel);
        stored_panels(k, row, piece.panel, piece.n_panels, scratch.stored.data());
        job.parts[job.n_parts++] = {block.stored.x.strips.data(), scratch.stored.data(), columns,
                                    block.stored.x.strip_stride(), columns * kPanel};
      } else if (!block.stored.x.empty()) {
        job.coarse[job.n_coarse++] = {stored.held.at(stored.below.rows[static_cast<size_t>(row)]).next.data(),
                                      stored.stride, stored.below.columns.data() + piece.panel * kPanel};
      }
    }
    if (!layer.e.empty()) {
      job.parts[job.n_parts++] =
          grid.term.part(l, r, piece.panel, scratch.rows.data(), scratch.panels.data() + r * term_floats);
    }
    job.bias = layer.bias.data();
    job.activation = block.activation;
    job.rows = block.width;
    job.panels = piece.n_panels;
    job.out = to.data + r * to.row_stride;
    job.out_channel_stride = kPanel;
    job.out_panel_stride = panel_floats;
    multiply(layer.x_products, job, scratch);
  }
}

void FastRenderer::evaluate(size_t k, const Piece& piece, Scratch& scratch) {
  const Grid& grid = grids_[k];
  const Block& block = weights_.blocks[k];
  const int64_t row_floats = piece.n_panels * padded(block.width) * kPanel;
  scratch.from.reserve(piece.n_rows * row_floats);
  scratch.to.reserve(piece.n_rows * row_floats);
  grid.term.reserve(piece.n_rows, piece.n_panels, scratch.rows, scratch.panels);
  grid.term.panels_of(piece.row, piece.n_rows, piece.panel, piece.n_panels, scratch.panels.data());
  for (size_t l = 0; l < block.layers.size(); ++l) {
    evaluate_layer(k, l, piece, {scratch.from.data(), row_floats}, {scratch.to.data(), row_floats}, scratch);
    std::swap(scratch.from, scratch.to);
  }
  evaluate_heads(k, piece, {scratch.from.data(), row_floats}, scratch);
}

void FastRenderer::evaluate_heads(size_t k, const Piece& piece, const Features& features, Scratch& scratch) {
  Grid& grid = grids_[k];
  const Block& block = weights_.blocks[k];
  const int64_t panel_floats = padded(block.width) * kPanel;
  for (int64_t r = 0; r < piece.n_rows; ++r) {
    Row& row = grid.held.at(piece.row + r);
    const auto head_job = [&](const Head& head, Buffer& out) {
      kernels::LayerJob job;
      if (!head.x.empty()) {
        job.parts[job.n_parts++] = {head.x.strips.data(), features.data + r * features.row_stride, head.x.columns,
                                    head.x.strip_stride(), panel_floats};
        job.bias = head.bias.data();
      }
      job.panels = piece.n_panels;
      job.out = out.data() + piece.panel * kPanel;
      job.out_channel_stride = grid.stride;
      job.out_panel_stride = kPanel;
      return job;
    };
    if (!block.next.x.empty()) {
      kernels::LayerJob job = head_job(block.next, row.next);
      job.rows = block.next.x.rows;
      multiply(block.next.x_products, job, scratch);
    }
    if (!grid.has_rgb) continue;
    kernels::LayerJob job = head_job(block.rgb, row.rgb);
    job.rows = 3;
    if (k > 0 && grids_[k - 1].has_rgb) {
      job.coarse[job.n_coarse++] = below(k, piece.row + r, piece, &Row::rgb, 3, scratch);
    }
    operations_.layer(job);
    if (k + 1 < grids_.size() || !weights_.tanh) continue;
    for (int64_t c = 0; c < 3; ++c) operations_.tanh(job.out + c * grid.stride, piece.n_panels * kPanel);
  }
}

/// Stored features of a row of cells, panels first .. first + count - 1.
void FastRenderer::stored_panels(size_t k, int64_t row, int64_t first, int64_t count, float* out) const {
  const StoredGrid& grid = grids_[k].stored;
  const StoredCells& stored = weights_.blocks[k].stored;
  const int64_t resolution = stored.resolution;
  const int64_t end = std::min((first + count) * kPanel, static_cast<int64_t>(grid.columns.size()));
  for (int64_t c = 0; c < stored.x.columns; ++c) {
    const float* from = stored.values + (c * resolution + grid.rows[static_cast<size_t>(row)]) * resolution;
    for (int64_t i = first * kPanel; i < (first + count) * kPanel; ++i) {
      const int64_t panel = i / kPanel - first;
      out[(panel * stored.x.columns + c) * kPanel + i % kPanel] =
          i < end ? from[grid.columns[static_cast<size_t>(i)]] : 0;
    }
  }
}

/// What the first layer makes of the stored features of one row of cells.
void FastRenderer::evaluate_stored(size_t k, int64_t row) {
  StoredGrid& grid = grids_[k].stored;
  const StoredCells& stored = weights_.blocks[k].stored;
  const int64_t n_panels = kernels::n_panels(static_cast<int64_t>(grid.columns.size()));
  Buffer panels(n_panels * stored.x.columns * kPanel);
  stored_panels(k, row, 0, n_panels, panels.data());
  kernels::LayerJob job;
  job.parts[job.n_parts++] = {stored.x.strips.data(), panels.data(), stored.x.columns, stored.x.strip_stride(),
                              stored.x.columns * kPanel};
  job.rows = stored.x.rows;
  job.panels = n_panels;
  job.out = grid.held.at(row).next.data();
  job.out_channel_stride = grid.stride;
  job.out_panel_stride = kPanel;
  operations_.layer(job);
}

/// What rows begin .. end - 1 of points see of other grids.
void FastRenderer::ensure_below(size_t k, int64_t begin, int64_t end, const ForEach& for_each) {
  Grid& grid = grids_[k];
  if (k > 0) {
    const std::vector<int32_t>& rows = grid.below.rows;
    const int64_t more = grid.below.interpolated() ? 2 : 1;
    ensure_rows(k - 1, rows[static_cast<size_t>(begin)],
                std::min(rows[static_cast<size_t>(end - 1)] + more, grids_[k - 1].height), for_each);
  }
  const Matrix& x = weights_.blocks[k].stored.x;
  if (x.empty() || grid.stored.one_point_each) return;
  StoredGrid& stored = grid.stored;
  const std::vector<int32_t>& rows = stored.below.rows;
  stored.held.drop_above(rows[static_cast<size_t>(begin)]);
  const int64_t first = stored.held.end();
  const int64_t last = rows[static_cast<size_t>(end - 1)];
  for (int64_t row = first; row <= last; ++row) stored.held.push(padded(x.rows) * stored.stride, 0);
  if (first <= last) for_each(last + 1 - first, [&](int64_t i) { evaluate_stored(k, first + i); });
}

void FastRenderer::push_rows(size_t k, int64_t end) {
  Grid& grid = grids_[k];
  while (grid.held.end() < end) {
    grid.held.push(padded(weights_.blocks[k].next.x.rows) * grid.stride, grid.has_rgb ? kRgbRows * grid.stride : 0);
  }
}

std::vector<FastRenderer::Piece> FastRenderer::pieces(size_t k, int64_t begin, int64_t end, int64_t rows) const {
  const int64_t across = panels_across(weights_.blocks[k].width);
  std::vector<Piece> out;
  for (int64_t row = begin; row < end; row += rows) {
    for (int64_t panel = 0; panel < grids_[k].panels; panel += across) {
      out.push_back({row, std::min(rows, end - row), panel, std::min(across, grids_[k].panels - panel)});
    }
  }
  return out;
}

void FastRenderer::ensure_rows(size_t k, int64_t low, int64_t high, const ForEach& for_each) {
  Grid& grid = grids_[k];
  grid.held.drop_above(low);
  const int64_t begin = grid.held.end();
  if (begin >= high) return;
  ensure_below(k, begin, high, for_each);
  push_rows(k, high);
  const int64_t across = panels_across(weights_.blocks[k].width);
  const std::vector<Piece> work = pieces(k, begin, high, piece_rows(high - begin, (grid.panels + across - 1) / across));
  for_each(static_cast<int64_t>(work.size()), [&](int64_t i) {
    with_scratch([&](Scratch& scratch) { evaluate(k, work[static_cast<size_t>(i)], scratch); });
  });
}

void FastRenderer::rows(int64_t first, int64_t count, std::span<float> out, const ForEach& for_each) {
  const int64_t width = plan_.width();
  if (first < first_asked_ || count < 1 || first + count > plan_.height() ||
      static_cast<int64_t>(out.size()) != count * width * 3) {
    throw std::logic_error("FastRenderer: rows outside the picture or above earlier ones, or a buffer of another size");
  }
  if (failed_) throw std::logic_error("FastRenderer: asked again after an error");
  failed_ = true;  // until all is well: an error leaves rows that were not evaluated
  first_asked_ = first;
  if (grids_.empty()) prepare(for_each);
  const size_t k = grids_.size() - 1;
  const std::vector<int32_t>& row_cell = pixel_y_;
  ensure_rows(k, row_cell[static_cast<size_t>(first)], row_cell[static_cast<size_t>(first + count - 1)] + 1, for_each);
  const Grid& grid = grids_[k];
  for_each(count, [&](int64_t y) {
    const float* from = grid.held.at(row_cell[static_cast<size_t>(first + y)]).rgb.data();
    float* to = out.data() + y * width * 3;
    for (const int32_t cell : pixel_x_) {
      to[0] = from[cell];
      to[1] = from[grid.stride + cell];
      to[2] = from[2 * grid.stride + cell];
      to += 3;
    }
  });
  failed_ = false;
}

}  // namespace inr::render
