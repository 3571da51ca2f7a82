// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "field/coordinate_term.hpp"

#include <algorithm>
#include <cmath>

#include "render/nodes.hpp"

namespace inr::field {
namespace {

constexpr double kSingleAccuracy = 1e-7;
constexpr double kDoubleAccuracy = 1e-14;
/// Sine and cosine of one phase cost about as much as this many multiply-adds of a layer.
constexpr double kFeatureCost = 40;
/// The way through nodes is taken from this advantage on: it is made of smaller products.
constexpr double kWorthwhile = 0.6;

/// Row i interpolates from the nodes to points[i]: [points, nodes], float64.
at::Tensor interpolation_matrix(const std::vector<double>& points, const render::Nodes& nodes) {
  at::Tensor matrix = at::zeros({static_cast<int64_t>(points.size()), static_cast<int64_t>(nodes.size())}, at::kDouble);
  double* row = matrix.data_ptr<double>();
  for (const double point : points) {
    nodes.weights_at(point, {row, nodes.size()});
    row += nodes.size();
  }
  return matrix;
}

/// Fixed frequencies as sum_j X[x, j] Y[y, j, i], i over the 2 f fixed columns of e (render::Separated).
struct FixedFrequencies {
  at::Tensor columns;  // [W, Qf], float64
  at::Tensor rows;     // [H, Qf, 2 f], float64
};

FixedFrequencies separate(const at::Tensor& frequencies, const PointGrid& grid) {
  const at::Tensor rows = frequencies.to(at::kCPU, at::kDouble).contiguous();  // [f, 2]
  const render::Separated separated({rows.const_data_ptr<double>(), static_cast<size_t>(rows.numel())});
  const int64_t n_columns = separated.n_columns();
  const int64_t n_features = 2 * separated.n_frequencies();
  const auto width = static_cast<int64_t>(grid.x.size());
  const auto height = static_cast<int64_t>(grid.y.size());
  FixedFrequencies out{at::zeros({width, n_columns}, at::kDouble),
                       at::zeros({height, n_columns, n_features}, at::kDouble)};
  double* to = out.columns.data_ptr<double>();
  for (const double x : grid.x) {
    separated.columns(x, {to, static_cast<size_t>(n_columns)});
    to += n_columns;
  }
  to = out.rows.data_ptr<double>();
  for (const double y : grid.y) {
    separated.row(y,
                  [&](int64_t column, int64_t feature, double factor) { to[column * n_features + feature] = factor; });
    to += n_columns * n_features;
  }
  return out;
}

double product(int64_t a, int64_t b, int64_t c) {
  return static_cast<double>(a) * static_cast<double>(b) * static_cast<double>(c);
}

}  // namespace

std::optional<TermGrid> TermGrid::make(const PointGrid& grid, const at::Tensor& frequencies, int64_t n_fixed,
                                       int64_t n_layers, const TermOptions& options) {
  const at::NoGradGuard no_grad;
  TORCH_CHECK(!grid.x.empty() && !grid.y.empty(), "a grid without points");
  TORCH_CHECK(n_fixed >= 0 && n_fixed <= frequencies.size(1), "more fixed frequencies than frequencies");
  const auto width = static_cast<int64_t>(grid.x.size());
  const auto height = static_cast<int64_t>(grid.y.size());
  const bool single = frequencies.scalar_type() != at::kDouble;
  const double accuracy = options.accuracy > 0 ? options.accuracy : single ? kSingleAccuracy : kDoubleAccuracy;
  TermGrid out;
  out.height_ = height;
  out.n_fixed_ = n_fixed;
  out.n_learned_ = frequencies.size(1) - n_fixed;
  int64_t n_x = 0;
  int64_t n_y = 0;
  if (out.n_learned_ > 0 && frequencies.size(0) > 0) {
    const at::Tensor largest =
        frequencies.narrow(1, 0, out.n_learned_).abs().amax({0, 1}).to(at::kCPU, at::kDouble).contiguous();
    n_x = render::node_count(largest.const_data_ptr<double>()[0], grid.x.back() - grid.x.front(), accuracy);
    n_y = render::node_count(largest.const_data_ptr<double>()[1], grid.y.back() - grid.y.front(), accuracy);
    if (n_x == 0 || n_y == 0) return std::nullopt;
  }
  const auto to_type = [&](const at::Tensor& t) { return t.to(frequencies.device(), frequencies.scalar_type()); };
  const render::Nodes nodes_x(grid.x.front(), grid.x.back(), n_x);
  const render::Nodes nodes_y(grid.y.front(), grid.y.back(), n_y);
  int64_t n_columns = n_x;
  FixedFrequencies fixed;
  if (n_fixed > 0 && frequencies.size(0) > 0) {
    fixed = separate(frequencies[0].narrow(0, out.n_learned_, n_fixed), grid);
    n_columns += fixed.columns.size(1);
  }
  if (!options.always) {  // multiply-adds of a layer per unit of its width
    const int64_t n_features = 2 * frequencies.size(1);
    const double of_features = kFeatureCost / static_cast<double>(n_layers);
    const double direct = product(width, height, n_features) + of_features * product(width, height, 1);
    const double here = product(n_x, n_y, 2 * out.n_learned_) + product(n_x, n_y, height) +
                        product(width, height, n_columns) + product(n_columns - n_x, height, 2 * n_fixed);
    if (here > kWorthwhile * direct) return std::nullopt;
  }
  out.node_x_ = at::tensor(nodes_x.points(), at::kDouble).to(frequencies.device());
  out.node_y_ = at::tensor(nodes_y.points(), at::kDouble).to(frequencies.device());
  at::Tensor columns = interpolation_matrix(grid.x, nodes_x);
  if (fixed.columns.defined()) {
    columns = at::cat({columns, fixed.columns}, 1);
    out.fixed_rows_ = to_type(fixed.rows.flatten(0, 1));
  }
  out.columns_ = to_type(columns);
  std::vector<double> padded = grid.y;
  padded.resize((padded.size() + kRowGroup - 1) / kRowGroup * kRowGroup, grid.y.back());
  out.rows_ = to_type(interpolation_matrix(padded, nodes_y));
  return out;
}

at::Tensor TermGrid::node_features(const at::Tensor& frequencies) const {
  if (n_learned_ == 0) return {};
  const int64_t n = frequencies.size(0);
  const at::Tensor learned = frequencies.narrow(1, 0, n_learned_).to(at::kDouble);
  const auto type = frequencies.scalar_type();
  // The features of a product grid are products of those of its axes.
  const at::Tensor phase_x = node_x_.unsqueeze(1) * learned.select(2, 0).unsqueeze(1);  // [N, P_x, m]
  const at::Tensor phase_y = node_y_.unsqueeze(1) * learned.select(2, 1).unsqueeze(1);  // [N, P_y, m]
  const at::Tensor sin_x = phase_x.sin().to(type).unsqueeze(1);
  const at::Tensor cos_x = phase_x.cos().to(type).unsqueeze(1);
  const at::Tensor sin_y = phase_y.sin().to(type).unsqueeze(2);
  const at::Tensor cos_y = phase_y.cos().to(type).unsqueeze(2);
  return at::cat({sin_y * cos_x + cos_y * sin_x, cos_y * cos_x - sin_y * sin_x}, 3)
      .reshape({n, n_nodes_y() * n_nodes_x(), 2 * n_learned_});
}

TermFactors TermGrid::factors(const at::Tensor& node_features, const at::Tensor& weight_e,
                              const at::Tensor& bias) const {
  const int64_t n = weight_e.size(0);
  const int64_t d = weight_e.size(2);
  const int64_t half = n_learned_ + n_fixed_;
  TORCH_CHECK(weight_e.size(1) == 2 * half, "weight_e is not [N, ", 2 * half, ", d]");
  TORCH_CHECK(!bias.defined() || n_learned_ > 0, "a term without nodes takes no bias");
  TermFactors out;
  if (n_learned_ > 0) {
    const at::Tensor learned =
        n_fixed_ == 0 ? weight_e
                      : at::cat({weight_e.narrow(1, 0, n_learned_), weight_e.narrow(1, half, n_learned_)}, 1);
    const at::Tensor values =
        bias.defined() ? at::baddbmm(bias, node_features, learned) : at::bmm(node_features, learned);
    out.nodes = values.view({n, n_nodes_y(), n_nodes_x() * d});
  }
  if (n_fixed_ > 0) {
    const at::Tensor fixed =
        at::cat({weight_e.narrow(1, n_learned_, n_fixed_), weight_e.narrow(1, half + n_learned_, n_fixed_)}, 1);
    const at::Tensor rows = fixed_rows_.unsqueeze(0).expand({n, fixed_rows_.size(0), fixed_rows_.size(1)});
    out.fixed = at::bmm(rows, fixed).view({n, height_, n_columns() - n_nodes_x(), d});
  }
  return out;
}

at::Tensor TermGrid::rows(const TermFactors& factors, int64_t y0, int64_t y1) const {
  TORCH_CHECK(y0 >= 0 && y0 < y1 && y1 <= height_, "rows outside the grid");
  const at::Tensor& any = factors.nodes.defined() ? factors.nodes : factors.fixed;
  const int64_t n = any.size(0);
  const int64_t d = factors.nodes.defined() ? any.size(2) / n_nodes_x() : any.size(3);
  const int64_t first = y0 / kRowGroup * kRowGroup;
  std::vector<at::Tensor> groups;
  for (int64_t y = first; y < y1; y += kRowGroup) {
    std::vector<at::Tensor> parts;
    if (factors.nodes.defined()) {
      const at::Tensor m = rows_.narrow(0, y, kRowGroup).unsqueeze(0).expand({n, kRowGroup, n_nodes_y()});
      parts.push_back(at::bmm(m, factors.nodes).view({n, kRowGroup, n_nodes_x(), d}));
    }
    if (factors.fixed.defined()) {
      const int64_t there = std::min(kRowGroup, height_ - y);
      at::Tensor fixed = factors.fixed.narrow(1, y, there);
      if (there < kRowGroup) {
        fixed = at::cat({fixed, fixed.narrow(1, there - 1, 1).expand({n, kRowGroup - there, -1, d})}, 1);
      }
      parts.push_back(fixed);
    }
    const at::Tensor t = (parts.size() == 1 ? parts[0] : at::cat(parts, 2)).reshape({n * kRowGroup, n_columns(), d});
    const at::Tensor x = columns_.unsqueeze(0).expand({n * kRowGroup, width(), n_columns()});
    groups.push_back(at::bmm(x, t).view({n, kRowGroup, width(), d}));
  }
  const at::Tensor whole = groups.size() == 1 ? groups[0] : at::cat(groups, 1);
  return whole.narrow(1, y0 - first, y1 - y0).reshape({n, (y1 - y0) * width(), d});
}

void TermGrid::spread(const TermFactors& factors, int64_t n, int64_t y0, int64_t y1, at::Tensor& t) const {
  const int64_t n_rows = y1 - y0;
  const int64_t n_x = n_nodes_x();
  const int64_t d = t.size(2);
  if (factors.nodes.defined()) {
    at::Tensor part = t.as_strided({n_rows, n_x * d}, {n_columns() * d, 1});
    at::mm_out(part, rows_.narrow(0, y0, n_rows), factors.nodes[n]);
  }
  if (factors.fixed.defined()) {
    t.narrow(1, n_x, n_columns() - n_x).copy_(factors.fixed[n].narrow(0, y0, n_rows));
  }
}

void TermGrid::combine(const at::Tensor& t, at::Tensor& out) const {
  at::bmm_out(out, columns_.unsqueeze(0).expand({t.size(0), width(), n_columns()}), t);
}

void TermGrid::gather(const at::Tensor& d_out, int64_t y0, int64_t y1, at::Tensor& t, at::Tensor& d_nodes,
                      at::Tensor& d_fixed) const {
  const int64_t n_rows = y1 - y0;
  const int64_t n_x = n_nodes_x();
  const int64_t d = t.size(2);
  at::bmm_out(t, columns_.t().unsqueeze(0).expand({n_rows, n_columns(), width()}), d_out);
  if (d_nodes.defined()) {
    d_nodes.addmm_(rows_.narrow(0, y0, n_rows).t(), t.as_strided({n_rows, n_x * d}, {n_columns() * d, 1}));
  }
  if (d_fixed.defined()) d_fixed.narrow(0, y0, n_rows).copy_(t.narrow(1, n_x, n_columns() - n_x));
}

}  // namespace inr::field
