// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "field/decoder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "field/function.hpp"

namespace inr::field {
namespace {

at::Tensor affine(const at::Tensor& bias, const at::Tensor& x, const at::Tensor& weight) {
  return at::baddbmm(bias, x, weight);
}

/// How many consecutive finer cells share each coarser one, where that is the same all along the axis; else 0.
int64_t uniform_factor(const std::vector<int32_t>& parent, size_t n_coarse) {
  if (n_coarse == 0 || parent.size() % n_coarse != 0) return 0;
  const size_t factor = parent.size() / n_coarse;
  for (size_t i = 0; i < parent.size(); ++i) {
    if (static_cast<size_t>(parent[i]) != i / factor) return 0;
  }
  return static_cast<int64_t>(factor);
}

at::Tensor index_tensor(const std::vector<int32_t>& index, at::Device device) {
  return at::tensor(at::ArrayRef<int32_t>(index), at::kInt).to(device);
}

/// Cells of block k that share one of block k - 1, along y and x; 0 where that differs from cell to cell.
struct Factors {
  int64_t y = 0, x = 0;
  [[nodiscard]] bool uniform() const { return y > 0 && x > 0; }
};

Factors factors_of(const model::GridPlan& plan, size_t k) {
  return {uniform_factor(plan.y.parent[k], plan.y.cells[k - 1].size()),
          uniform_factor(plan.x.parent[k], plan.x.cells[k - 1].size())};
}

/// [N, Hc Wc, C] -> [N, H W, C]: every coarser cell's value for each of its finer cells.
at::Tensor share(const at::Tensor& coarse, const model::GridPlan& plan, size_t k) {
  const auto hc = static_cast<int64_t>(plan.y.cells[k - 1].size());
  const auto wc = static_cast<int64_t>(plan.x.cells[k - 1].size());
  const auto h = static_cast<int64_t>(plan.y.cells[k].size());
  const auto w = static_cast<int64_t>(plan.x.cells[k].size());
  const int64_t n = coarse.size(0);
  const int64_t c = coarse.size(2);
  if (const Factors f = factors_of(plan, k); f.uniform()) {  // a broadcast: its gradient is a plain sum
    return coarse.reshape({n, hc, 1, wc, 1, c}).expand({n, hc, f.y, wc, f.x, c}).reshape({n, h * w, c});
  }
  return coarse.reshape({n, hc, wc, c})
      .index_select(1, index_tensor(plan.y.parent[k], coarse.device()))
      .index_select(2, index_tensor(plan.x.parent[k], coarse.device()))
      .reshape({n, h * w, c});
}

bool is_identity(const std::vector<int32_t>& index, size_t n) {
  return index.size() == n && uniform_factor(index, n) == 1;
}

PointGrid cell_grid(const model::GridPlan& plan, size_t k) {
  const auto points = [k](const model::AxisPlan& axis) {
    std::vector<double> out;
    for (const int64_t cell : axis.cells[k]) out.push_back(static_cast<double>(cell) / axis.resolution[k]);
    return out;
  };
  return {points(plan.x), points(plan.y)};
}

/// Block k on its whole grid. coarse: `next` of block k - 1, on that block's grid; undefined for the first one.
BlockOutput evaluate_grid(const Function& function, const model::GridPlan& plan, size_t k, const at::Tensor& coarse,
                          at::Device device, const DecodeOptions& options) {
  if (options.kernel != Kernel::kReference) {
    SharedCells cells{coarse};
    if (coarse.defined()) {
      const Factors factors = factors_of(plan, k);
      if (factors.uniform()) {
        cells.factor_y = factors.y;
        cells.factor_x = factors.x;
      } else {
        cells.values = share(coarse, plan, k);
      }
    }
    auto out = function.evaluate_grid(k, cell_grid(plan, k), cells, options.term);
    if (out) return std::move(*out);
  }
  const auto n_points = static_cast<int64_t>(plan.x.cells[k].size() * plan.y.cells[k].size());
  const at::Tensor q = cell_points(plan, k, 0, n_points).to(device);
  return function.evaluate(k, q, coarse.defined() ? share(coarse, plan, k) : at::Tensor());
}

/// The sum of the blocks' colours by one kernel, before the last function: [N, 3, H, W].
at::Tensor raw_image(const Function& function, const model::GridPlan& plan, at::Device device,
                     const DecodeOptions& options) {
  at::Tensor coarse;
  at::Tensor rgb;  // sum over the blocks so far, [N, P, 3]
  const size_t n_blocks = plan.x.cells.size();
  for (size_t k = function.first_block(); k < n_blocks; ++k) {
    BlockOutput out = evaluate_grid(function, plan, k, coarse, device, options);
    coarse = out.next;
    if (rgb.defined()) rgb = share(rgb, plan, k);
    if (out.rgb.defined()) rgb = rgb.defined() ? rgb + out.rgb : out.rgb;
  }
  const size_t last = n_blocks - 1;
  const auto rows = static_cast<int64_t>(plan.y.cells[last].size());
  const auto columns = static_cast<int64_t>(plan.x.cells[last].size());
  at::Tensor image = rgb.reshape({rgb.size(0), rows, columns, 3});
  if (!is_identity(plan.y.pixel, plan.y.cells[last].size()))
    image = image.index_select(1, index_tensor(plan.y.pixel, image.device()));
  if (!is_identity(plan.x.pixel, plan.x.cells[last].size()))
    image = image.index_select(2, index_tensor(plan.x.pixel, image.device()));
  return image.permute({0, 3, 1, 2});
}

}  // namespace

at::Tensor coordinate_features(const BlockWeights& block, const at::Tensor& q) {
  const int64_t n = block.frequencies.size(0);
  const at::Tensor points = q.unsqueeze(0).expand({n, q.size(0), 2});
  if (block.frequencies.size(1) == 0) return points;
  const at::Tensor phase = at::bmm(points, block.frequencies.transpose(1, 2));  // [N, P, m]
  return at::cat({at::sin(phase), at::cos(phase)}, 2);
}

BlockOutput evaluate_block(const std::vector<BlockWeights>& weights, size_t k, const at::Tensor& q,
                           const at::Tensor& coarse) {
  const BlockWeights& block = weights[k];
  const at::Tensor e = coordinate_features(block, q);
  at::Tensor x;
  size_t layer = 0;
  if (block.high) {  // split join: the connector
    x = at::relu(coarse + affine(block.high->bias, e, block.high->e));
  } else {  // block 0, or the first layer of a concat block, whose hidden half came with `coarse`
    const LayerWeights& first = block.layers[layer++];
    const at::Tensor term = affine(first.bias, e, first.e);
    x = at::relu(k == 0 ? term : term + coarse);
  }
  for (; layer < block.layers.size(); ++layer) {
    const LayerWeights& weight = block.layers[layer];
    at::Tensor y = affine(weight.bias, x, weight.x);
    if (weight.e.defined()) y = affine(y, e, weight.e);
    x = at::relu(y);
  }
  BlockOutput out;
  if (block.rgb) out.rgb = affine(block.rgb->bias, x, block.rgb->x);
  if (k + 1 < weights.size()) {
    const BlockWeights& next = weights[k + 1];
    out.next = next.low ? affine(next.low->bias, x, next.low->x) : at::bmm(x, next.layers.front().x);
  }
  return out;
}

at::Tensor cell_points(const model::GridPlan& plan, size_t k, int64_t first, int64_t count) {
  const std::vector<int64_t>& xs = plan.x.cells[k];
  const std::vector<int64_t>& ys = plan.y.cells[k];
  const auto width = static_cast<int64_t>(xs.size());
  const auto last = width * static_cast<int64_t>(ys.size()) - 1;
  at::Tensor points = at::empty({count, 2}, at::kDouble);
  double* p = points.data_ptr<double>();
  for (int64_t i = 0; i < count; ++i) {
    const int64_t cell = std::min(first + i, last);
    p[2 * i] = static_cast<double>(xs[static_cast<size_t>(cell % width)]) / plan.x.resolution[k];
    p[2 * i + 1] = static_cast<double>(ys[static_cast<size_t>(cell / width)]) / plan.y.resolution[k];
  }
  return points;
}

at::Tensor decode(const model::ModelConfig& config, const model::ThetaLayout& layout, const TensorMap& shared,
                  const at::Tensor& theta, const model::GridPlan& plan, const DecodeOptions& options) {
  const std::unique_ptr<const Function> function = make_function(config, layout, shared, theta);
  const auto colours = [&](const at::Tensor& raw) { return options.raw ? raw : function->colours(raw); };
  at::Tensor image = colours(raw_image(*function, plan, theta.device(), options));
  if (options.kernel == Kernel::kCheck && options.worst_difference != nullptr) {
    const at::NoGradGuard no_grad;
    const at::Tensor reference = colours(raw_image(*function, plan, theta.device(), {.kernel = Kernel::kReference}));
    auto difference = (image - reference).abs().max().item<double>();
    if (std::isnan(difference)) difference = std::numeric_limits<double>::infinity();
    *options.worst_difference = std::max(*options.worst_difference, difference);
  }
  return image;
}

}  // namespace inr::field
