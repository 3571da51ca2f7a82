// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "render/grid.hpp"

#include <algorithm>
#include <cmath>

namespace inr::render {
namespace {

using kernels::Buffer;
using kernels::kPanel;

constexpr double kEdge = 1e-6;  // in cells, as in model/grid.cpp

int64_t cell_of(double q, int64_t resolution) {
  const double cell = std::floor(q * static_cast<double>(resolution) + kEdge);
  return static_cast<int64_t>(std::clamp(cell, 0.0, static_cast<double>(resolution - 1)));
}

std::vector<int32_t> cells_of(const std::vector<double>& positions, int64_t resolution) {
  std::vector<int32_t> out;
  out.reserve(positions.size());
  for (const double q : positions) out.push_back(static_cast<int32_t>(cell_of(q, resolution)));
  return out;
}

/// The distinct ones among ascending cells go to `distinct`, and what is returned are their indices there.
std::vector<int32_t> indices_of(const std::vector<int32_t>& cells, std::vector<int64_t>& distinct) {
  std::vector<int32_t> out;
  out.reserve(cells.size());
  for (const int32_t cell : cells) {
    if (distinct.empty() || distinct.back() != cell) distinct.push_back(cell);
    out.push_back(static_cast<int32_t>(distinct.size()) - 1);
  }
  return out;
}

struct Between {
  std::vector<int32_t> low;
  std::vector<float> part;
};

Between between(const std::vector<double>& positions, int64_t resolution, int64_t below) {
  Between out;
  const float ratio = static_cast<float>(below - 1) / static_cast<float>(std::max<int64_t>(resolution - 1, 1));
  const auto last = static_cast<float>(below - 1);
  for (const double q : positions) {
    const float t = std::clamp(static_cast<float>(q * static_cast<double>(resolution)) * ratio, 0.0F, last);
    const float low = std::floor(t);
    out.low.push_back(static_cast<int32_t>(low));
    out.part.push_back(t - low);
  }
  return out;
}

bool all_on_cells(const Between& b) {
  return std::ranges::all_of(b.part, [](float part) { return part == 0; });
}

/// The last cell as the far end of the one before: there is none behind it.
void end_on_last(Between& b, int64_t below) {
  for (size_t i = 0; i < b.low.size() && below > 1; ++i) {
    if (b.low[i] != below - 1) continue;
    b.low[i] -= 1;
    b.part[i] = 1;
  }
}

bool ascends_by_one(const std::vector<int32_t>& cells) {
  return std::ranges::adjacent_find(cells, [](int32_t a, int32_t b) { return b - a > 1; }) == cells.end();
}

}  // namespace

void RowStore::drop_above(int64_t low) {
  while (!rows_.empty() && first_ < low) {
    spare_.push_back(std::move(rows_.front()));
    rows_.pop_front();
    ++first_;
  }
  if (rows_.empty()) first_ = low;
}

void RowStore::push(int64_t next_floats, int64_t rgb_floats) {
  if (spare_.empty()) {
    rows_.push_back({Buffer(next_floats), Buffer(rgb_floats)});
    return;
  }
  rows_.push_back(std::move(spare_.back()));
  spare_.pop_back();
}

Grid::Grid(std::vector<double> columns, std::vector<double> rows)
    : x(std::move(columns)),
      y(std::move(rows)),
      width(static_cast<int64_t>(x.size())),
      height(static_cast<int64_t>(y.size())),
      panels(kernels::n_panels(width)),
      stride(panels * kPanel + kernels::kOverread) {}

std::vector<double> own_positions(int64_t resolution) {
  std::vector<double> out;
  for (int64_t i = 0; i < resolution; ++i) out.push_back(static_cast<double>(i) / static_cast<double>(resolution));
  return out;
}

std::vector<int32_t> padded_to_panels(std::vector<int32_t> values) {
  const auto n = static_cast<int64_t>(values.size());
  values.resize(static_cast<size_t>(kernels::n_panels(n) * kPanel), values.back());
  return values;
}

Below nearest_below(const Grid& grid, int64_t below) {
  return {padded_to_panels(cells_of(grid.x, below)), cells_of(grid.y, below), {}, {}};
}

Below bilinear_below(const Grid& grid, int64_t resolution, int64_t below) {
  Between x = between(grid.x, resolution, below);
  Between y = between(grid.y, resolution, below);
  if (all_on_cells(x) && all_on_cells(y) && ascends_by_one(x.low)) {
    return {padded_to_panels(std::move(x.low)), std::move(y.low), {}, {}};
  }
  end_on_last(x, below);
  end_on_last(y, below);
  Below out{padded_to_panels(std::move(x.low)), std::move(y.low), std::move(x.part), std::move(y.part)};
  out.part_x.resize(out.columns.size(), 0.0F);
  return out;
}

StoredGrid stored_below(const Grid& grid, int64_t resolution) {
  StoredGrid out;
  out.below.columns = padded_to_panels(indices_of(cells_of(grid.x, resolution), out.columns));
  out.below.rows = indices_of(cells_of(grid.y, resolution), out.rows);
  out.stride = kernels::n_panels(static_cast<int64_t>(out.columns.size())) * kPanel + kernels::kOverread;
  out.one_point_each = out.columns.size() == grid.x.size() && out.rows.size() == grid.y.size();
  return out;
}

}  // namespace inr::render
