// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "field/reference_renderer.hpp"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cstring>

namespace inr::field {
namespace {

/// Cells of a chunk: enough for efficient products, few enough that the features of a chunk stay in a core's cache.
constexpr int64_t kChunkCells = 1024;

at::Tensor flat(const at::Tensor& batched) { return batched.defined() ? batched.squeeze(0).contiguous() : batched; }

}  // namespace

ReferenceRenderer::ReferenceRenderer(std::shared_ptr<const InrModel> model, std::span<const float> theta,
                                     std::shared_ptr<const model::GridPlan> plan)
    : model_(std::move(model)), plan_(std::move(plan)) {
  const c10::InferenceMode no_gradients;
  at::Tensor row = at::empty({1, static_cast<int64_t>(theta.size())}, at::kFloat);
  std::ranges::copy(theta, row.data_ptr<float>());
  function_ = make_function(model_->config, model_->layout, model_->shared, row);
  for (size_t k = 0; k < model_->config.blocks.size(); ++k) {
    Block block;
    block.width = static_cast<int64_t>(plan_->x.cells[k].size());
    block.height = static_cast<int64_t>(plan_->y.cells[k].size());
    block.chunk_cells = std::min(kChunkCells, block.width * block.height);
    blocks_.push_back(std::move(block));
  }
}

int64_t ReferenceRenderer::fixed_bytes(const InrModel& model) {
  const FunctionSize size = size_of_function(model.config, model.layout);
  return (size.weights + kChunkCells * size.per_point) * static_cast<int64_t>(sizeof(float));
}

int64_t ReferenceRenderer::band_bytes(const InrModel& model, const model::GridPlan& plan, int64_t n_rows) {
  const auto height = std::max<int64_t>(1, plan.height());
  int64_t bytes = n_rows * plan.width() * 3 * static_cast<int64_t>(sizeof(float));
  for (size_t k = 0; k < plan.x.cells.size(); ++k) {
    const auto cells_wide = static_cast<int64_t>(plan.x.cells[k].size());
    const auto cells_high = static_cast<int64_t>(plan.y.cells[k].size());
    const int64_t cell_rows = std::min(cells_high, cells_high * n_rows / height + 2);
    const int64_t next_width = k + 1 < model.config.blocks.size() ? model.config.blocks[k + 1].width : 0;
    bytes += (cell_rows * cells_wide + std::min(kChunkCells, cells_high * cells_wide)) * (next_width + 3) *
             static_cast<int64_t>(sizeof(float));
  }
  return bytes;
}

at::Tensor ReferenceRenderer::gather(size_t k, int64_t index, at::Tensor Chunk::*part) const {
  const Block& block = blocks_[k];
  const Block& coarse = blocks_[k - 1];
  const std::vector<int32_t>& px = plan_->x.parent[k];
  const std::vector<int32_t>& py = plan_->y.parent[k];
  const int64_t n_columns = (coarse.chunks.begin()->second.*part).size(1);
  const int64_t last = block.width * block.height - 1;
  at::Tensor out = at::empty({block.chunk_cells, n_columns}, at::kFloat);
  float* to = out.data_ptr<float>();
  int64_t held = -1;
  const float* from = nullptr;
  for (int64_t i = 0; i < block.chunk_cells; ++i) {
    const int64_t cell = std::min(index * block.chunk_cells + i, last);
    const int64_t parent =
        py[static_cast<size_t>(cell / block.width)] * coarse.width + px[static_cast<size_t>(cell % block.width)];
    if (parent / coarse.chunk_cells != held) {
      held = parent / coarse.chunk_cells;
      from = (coarse.chunks.at(held).*part).const_data_ptr<float>();
    }
    std::memcpy(to + i * n_columns, from + (parent % coarse.chunk_cells) * n_columns,
                static_cast<size_t>(n_columns) * sizeof(float));
  }
  return out;
}

ReferenceRenderer::Chunk ReferenceRenderer::make_chunk(size_t k, int64_t index) const {
  const Block& block = blocks_[k];
  const at::Tensor q = cell_points(*plan_, k, index * block.chunk_cells, block.chunk_cells);
  const bool is_first = k == function_->first_block();
  const at::Tensor coarse = is_first ? at::Tensor() : gather(k, index, &Chunk::next).unsqueeze(0);
  const BlockOutput output = function_->evaluate(k, q, coarse);
  Chunk chunk{flat(output.next), flat(output.rgb)};
  if (!is_first && blocks_[k - 1].chunks.begin()->second.rgb.defined()) {
    const at::Tensor below = gather(k, index, &Chunk::rgb);
    chunk.rgb = chunk.rgb.defined() ? below + chunk.rgb : below;
  }
  if (k + 1 == blocks_.size()) chunk.rgb = function_->colours(chunk.rgb);
  return chunk;
}

void ReferenceRenderer::ensure_rows(size_t k, int64_t low, int64_t high, WorkerPool* pool) {
  Block& block = blocks_[k];
  const int64_t first = low * block.width / block.chunk_cells;
  const int64_t last = (high * block.width - 1) / block.chunk_cells;
  block.chunks.erase(block.chunks.begin(), block.chunks.lower_bound(first));
  std::vector<int64_t> missing;
  for (int64_t index = first; index <= last; ++index) {
    if (!block.chunks.contains(index)) missing.push_back(index);
  }
  if (missing.empty()) return;
  if (k > function_->first_block()) {
    const std::vector<int32_t>& parent = plan_->y.parent[k];
    const int64_t first_row = missing.front() * block.chunk_cells / block.width;
    const int64_t last_row = std::min(block.height - 1, ((missing.back() + 1) * block.chunk_cells - 1) / block.width);
    ensure_rows(k - 1, parent[static_cast<size_t>(first_row)], parent[static_cast<size_t>(last_row)] + 1, pool);
  }
  std::vector<Chunk> made(missing.size());
  const auto work = [&](int64_t i) { made[static_cast<size_t>(i)] = make_chunk(k, missing[static_cast<size_t>(i)]); };
  if (pool != nullptr) {
    pool->run(static_cast<int64_t>(missing.size()), work);
  } else {
    for (size_t i = 0; i < missing.size(); ++i) work(static_cast<int64_t>(i));
  }
  for (size_t i = 0; i < missing.size(); ++i) block.chunks[missing[i]] = std::move(made[i]);
}

void ReferenceRenderer::rows(int64_t first, int64_t count, std::span<float> out, WorkerPool* pool) {
  const size_t k = blocks_.size() - 1;
  const std::vector<int32_t>& row_cell = plan_->y.pixel;
  const std::vector<int32_t>& column_cell = plan_->x.pixel;
  TORCH_CHECK(first >= 0 && count > 0 && first + count <= height(), "rows outside the picture");
  TORCH_CHECK(static_cast<int64_t>(out.size()) == count * width() * 3, "out is not [count, W, 3]");
  ensure_rows(k, row_cell[static_cast<size_t>(first)], row_cell[static_cast<size_t>(first + count - 1)] + 1, pool);
  const Block& block = blocks_[k];
  float* to = out.data();
  int64_t held = -1;
  const float* colours = nullptr;
  for (int64_t y = first; y < first + count; ++y) {
    const int64_t row = row_cell[static_cast<size_t>(y)] * block.width;
    for (int64_t x = 0; x < width(); ++x, to += 3) {
      const int64_t cell = row + column_cell[static_cast<size_t>(x)];
      if (cell / block.chunk_cells != held) {
        held = cell / block.chunk_cells;
        colours = block.chunks.at(held).rgb.const_data_ptr<float>();
      }
      std::copy_n(colours + 3 * (cell % block.chunk_cells), 3, to);
    }
  }
}

}  // namespace inr::field
