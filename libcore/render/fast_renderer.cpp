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

int64_t padded(int64_t channels) { return kernels::n_strips(channels) * kStrip; }

std::vector<double> positions(const model::AxisPlan& axis, size_t k) {
  std::vector<double> out;
  out.reserve(axis.cells[k].size());
  for (const int64_t cell : axis.cells[k]) out.push_back(static_cast<double>(cell) / axis.resolution[k]);
  return out;
}

}  // namespace

FastRenderer::FastRenderer(const model::ModelConfig& config, const model::ThetaLayout& layout,
                           const SharedTensors& shared, std::span<const float> theta, const model::GridPlan& plan,
                           const kernels::Operations& operations)
    : config_(config),
      layout_(layout),
      shared_(shared),
      plan_(plan),
      operations_(operations),
      theta_(theta.begin(), theta.end()) {
  if (!can_draw(config) || static_cast<int64_t>(theta.size()) != layout.n_theta) {
    throw std::logic_error("FastRenderer: not a model of blocks, or theta of another one");
  }
}

void FastRenderer::prepare(const ForEach& for_each) {
  weights_ = make_weights(config_, layout_, shared_, theta_, operations_, for_each);
  theta_ = {};
  bool has_rgb = false;
  for (size_t k = 0; k < weights_.blocks.size(); ++k) {
    Grid grid;
    grid.width = static_cast<int64_t>(plan_.x.cells[k].size());
    grid.height = static_cast<int64_t>(plan_.y.cells[k].size());
    grid.panels = kernels::n_panels(grid.width);
    grid.stride = grid.panels * kPanel + kernels::kOverread;
    has_rgb = has_rgb || !weights_.blocks[k].rgb.x.empty();
    grid.has_rgb = has_rgb;
    if (k > 0) {
      grid.parents = plan_.x.parent[k];
      grid.parents.resize(static_cast<size_t>(grid.panels * kPanel), grid.parents.back());
    }
    grid.term = CoordinateTerm(weights_.blocks[k], positions(plan_.x, k), positions(plan_.y, k), operations_, for_each);
    grids_.push_back(std::move(grid));
  }
}

FastRenderer::Row& FastRenderer::row_of(size_t k, int64_t row) {
  Grid& grid = grids_[k];
  return grid.rows[static_cast<size_t>(row - grid.first_row)];
}

const FastRenderer::Row& FastRenderer::coarse_row(size_t k, int64_t row) const {
  const Grid& coarse = grids_[k - 1];
  return coarse.rows[static_cast<size_t>(plan_.y.parent[k][static_cast<size_t>(row)] - coarse.first_row)];
}

std::unique_ptr<FastRenderer::Scratch> FastRenderer::take_scratch() {
  const std::lock_guard lock(mutex_);
  if (spare_scratch_.empty()) return std::make_unique<Scratch>();
  std::unique_ptr<Scratch> out = std::move(spare_scratch_.back());
  spare_scratch_.pop_back();
  return out;
}

void FastRenderer::put_back(std::unique_ptr<Scratch> scratch) {
  const std::lock_guard lock(mutex_);
  spare_scratch_.push_back(std::move(scratch));
}

void FastRenderer::evaluate(size_t k, const Piece& piece, Scratch& scratch) {
  const Grid& grid = grids_[k];
  const Block& block = weights_.blocks[k];
  const int64_t channels = padded(block.width);
  const int64_t panel_floats = channels * kPanel;
  const int64_t row_floats = piece.n_panels * panel_floats;
  scratch.from.reserve(piece.n_rows * row_floats);
  scratch.to.reserve(piece.n_rows * row_floats);
  const int64_t term_floats = grid.term.panels_floats(piece.n_panels);
  scratch.rows.reserve(grid.term.rows_floats(piece.n_rows));
  scratch.panels.reserve(piece.n_rows * term_floats);
  for (int64_t r = 0; r < piece.n_rows; ++r) {
    grid.term.panels_of(piece.row + r, piece.panel, piece.n_panels, scratch.panels.data() + r * term_floats);
  }
  for (size_t l = 0; l < block.layers.size(); ++l) {
    const Layer& layer = block.layers[l];
    grid.term.rows_of(l, piece.row, piece.n_rows, scratch.rows.data());
    for (int64_t r = 0; r < piece.n_rows; ++r) {
      kernels::LayerJob job;
      if (l > 0) {
        job.parts[job.n_parts++] = {layer.x.strips.data(), scratch.from.data() + r * row_floats, layer.x.columns,
                                    layer.x.strip_stride(), panel_floats};
      } else if (k > 0) {
        job.coarse = {coarse_row(k, piece.row + r).next.data(), grids_[k - 1].stride,
                      grid.parents.data() + piece.panel * kPanel};
      }
      if (!layer.e.empty()) {
        job.parts[job.n_parts++] =
            grid.term.part(l, r, piece.panel, scratch.rows.data(), scratch.panels.data() + r * term_floats);
      }
      job.bias = layer.bias.data();
      job.relu = true;
      job.rows = block.width;
      job.panels = piece.n_panels;
      job.out = scratch.to.data() + r * row_floats;
      job.out_channel_stride = kPanel;
      job.out_panel_stride = panel_floats;
      operations_.layer(job);
    }
    std::swap(scratch.from, scratch.to);
  }
  evaluate_heads(k, piece, scratch.from);
}

void FastRenderer::evaluate_heads(size_t k, const Piece& piece, const Buffer& features) {
  const Grid& grid = grids_[k];
  const Block& block = weights_.blocks[k];
  const int64_t panel_floats = padded(block.width) * kPanel;
  for (int64_t r = 0; r < piece.n_rows; ++r) {
    Row& row = row_of(k, piece.row + r);
    const auto head_job = [&](const Head& head, Buffer& out) {
      kernels::LayerJob job;
      if (!head.x.empty()) {
        job.parts[job.n_parts++] = {head.x.strips.data(), features.data() + r * piece.n_panels * panel_floats,
                                    head.x.columns, head.x.strip_stride(), panel_floats};
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
      operations_.layer(job);
    }
    if (!grid.has_rgb) continue;
    kernels::LayerJob job = head_job(block.rgb, row.rgb);
    job.rows = 3;
    if (k > 0 && grids_[k - 1].has_rgb) {
      job.coarse = {coarse_row(k, piece.row + r).rgb.data(), grids_[k - 1].stride,
                    grid.parents.data() + piece.panel * kPanel};
    }
    operations_.layer(job);
    if (k + 1 < grids_.size()) continue;
    for (int64_t c = 0; c < 3; ++c) operations_.tanh(job.out + c * grid.stride, piece.n_panels * kPanel);
  }
}

void FastRenderer::ensure_rows(size_t k, int64_t low, int64_t high, const ForEach& for_each) {
  Grid& grid = grids_[k];
  while (!grid.rows.empty() && grid.first_row < low) {
    grid.spare.push_back(std::move(grid.rows.front()));
    grid.rows.pop_front();
    ++grid.first_row;
  }
  if (grid.rows.empty()) grid.first_row = low;
  const int64_t begin = grid.first_row + static_cast<int64_t>(grid.rows.size());
  if (begin >= high) return;
  if (k > 0) {
    const std::vector<int32_t>& parent = plan_.y.parent[k];
    ensure_rows(k - 1, parent[static_cast<size_t>(begin)], parent[static_cast<size_t>(high - 1)] + 1, for_each);
  }
  const Block& block = weights_.blocks[k];
  for (int64_t row = begin; row < high; ++row) {
    if (grid.spare.empty()) {
      grid.rows.push_back(
          {Buffer(padded(block.next.x.rows) * grid.stride), Buffer(grid.has_rgb ? kRgbRows * grid.stride : 0)});
    } else {
      grid.rows.push_back(std::move(grid.spare.back()));
      grid.spare.pop_back();
    }
  }
  const int64_t across = panels_across(block.width);
  const int64_t n_across = (grid.panels + across - 1) / across;
  const int64_t down = piece_rows(high - begin, n_across);
  const int64_t n_down = (high - begin + down - 1) / down;
  for_each(n_down * n_across, [&](int64_t i) {
    Piece piece;
    piece.row = begin + i / n_across * down;
    piece.n_rows = std::min(down, high - piece.row);
    piece.panel = i % n_across * across;
    piece.n_panels = std::min(across, grid.panels - piece.panel);
    std::unique_ptr<Scratch> scratch = take_scratch();
    evaluate(k, piece, *scratch);
    put_back(std::move(scratch));
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
  const std::vector<int32_t>& row_cell = plan_.y.pixel;
  ensure_rows(k, row_cell[static_cast<size_t>(first)], row_cell[static_cast<size_t>(first + count - 1)] + 1, for_each);
  const Grid& grid = grids_[k];
  for_each(count, [&](int64_t y) {
    const float* from = row_of(k, row_cell[static_cast<size_t>(first + y)]).rgb.data();
    float* to = out.data() + y * width * 3;
    for (const int32_t cell : plan_.x.pixel) {
      to[0] = from[cell];
      to[1] = from[grid.stride + cell];
      to[2] = from[2 * grid.stride + cell];
      to += 3;
    }
  });
  failed_ = false;
}

int64_t FastRenderer::fixed_bytes(const model::ModelConfig& config, const model::ThetaLayout& layout,
                                  const model::GridPlan& plan, int n_threads) {
  int64_t floats = layout.n_theta;
  int64_t scratch = 0;
  int64_t bytes = 0;
  for (size_t k = 0; k < layout.blocks.size(); ++k) {
    const model::BlockLayout& block = layout.blocks[k];
    const int64_t d = config.blocks[k].width;
    const auto add = [&](const model::LayerLayout& layer) { floats += padded(layer.out) * (layer.in + 1); };
    if (block.low) add(*block.low);
    if (block.high) add(*block.high);
    std::ranges::for_each(block.layers, add);
    bytes += CoordinateTerm::expected_bytes(config, block, d, positions(plan.x, k), positions(plan.y, k));
    const int64_t n_panels =
        std::min(panels_across(d), kernels::n_panels(static_cast<int64_t>(plan.x.cells[k].size())));
    const int64_t n_features = 2 * (block.frequencies + block.fixed_frequencies);
    scratch = std::max(scratch, kPieceRows * n_panels * kPanel * (2 * padded(d) + n_features));
  }
  return bytes + (floats + n_threads * scratch) * static_cast<int64_t>(sizeof(float));
}

int64_t FastRenderer::band_bytes(const model::ModelConfig& config, const model::GridPlan& plan, int64_t n_rows) {
  const auto height = std::max<int64_t>(1, plan.height());
  int64_t floats = n_rows * plan.width() * 3;
  for (size_t k = 0; k < plan.x.cells.size(); ++k) {
    const auto cells_high = static_cast<int64_t>(plan.y.cells[k].size());
    const int64_t cell_rows = std::min(cells_high, cells_high * n_rows / height + 2);
    const int64_t stride =
        kernels::n_panels(static_cast<int64_t>(plan.x.cells[k].size())) * kPanel + kernels::kOverread;
    const int64_t next = k + 1 < config.blocks.size() ? padded(config.blocks[k + 1].width) : 0;
    floats += cell_rows * stride * (next + kRgbRows);
  }
  return floats * static_cast<int64_t>(sizeof(float));
}

}  // namespace inr::render
