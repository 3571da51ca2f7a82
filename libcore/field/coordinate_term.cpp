// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "field/coordinate_term.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace inr::field {
namespace {

constexpr int64_t kMaxNodes = 512;
constexpr double kSingleAccuracy = 1e-7;
constexpr double kDoubleAccuracy = 1e-14;
/// Sine and cosine of one phase cost about as much as this many multiply-adds of a layer.
constexpr double kFeatureCost = 40;
/// The way through nodes is taken from this advantage on: it is made of smaller products.
constexpr double kWorthwhile = 0.6;

/// Chebyshev points of the first kind on [low, high].
std::vector<double> chebyshev_points(double low, double high, int64_t n) {
  std::vector<double> out(static_cast<size_t>(n));
  for (int64_t j = 0; j < n; ++j) {
    const double angle = static_cast<double>(2 * j + 1) * std::numbers::pi / static_cast<double>(2 * n);
    out[static_cast<size_t>(j)] = (low + high) / 2 - (high - low) / 2 * std::cos(angle);
  }
  return out;
}

/// Row i interpolates from the nodes to points[i]: [points, nodes], float64.
at::Tensor interpolation_matrix(const std::vector<double>& points, const std::vector<double>& nodes) {
  const auto n = static_cast<int64_t>(nodes.size());
  at::Tensor matrix = at::zeros({static_cast<int64_t>(points.size()), n}, at::kDouble);
  double* row = matrix.data_ptr<double>();
  for (const double point : points) {
    double sum = 0;
    for (int64_t j = 0; j < n; ++j) {
      const double distance = point - nodes[static_cast<size_t>(j)];
      if (distance == 0) {  // on a node: the limit of the formula
        std::fill_n(row, n, 0.0);
        row[j] = sum = 1;
        break;
      }
      const double angle = static_cast<double>(2 * j + 1) * std::numbers::pi / static_cast<double>(2 * n);
      row[j] = (j % 2 == 0 ? 1 : -1) * std::sin(angle) / distance;
      sum += row[j];
    }
    for (int64_t j = 0; j < n; ++j) row[j] /= sum;
    row += n;
  }
  return matrix;
}

/// Fixed frequencies as sum_j X[x, j] Y[y, j, i], i over the 2 f fixed columns of e. With g = |f_x| and s its sign,
///     sin(f_x x + f_y y) = cos(g x) sin(f_y y) + s sin(g x) cos(f_y y)
///     cos(f_x x + f_y y) = cos(g x) cos(f_y y) - s sin(g x) sin(f_y y),
/// so that every distinct g brings two columns, and g = 0 the one that is constant.
struct FixedFrequencies {
  at::Tensor columns;  // [W, Qf], float64
  at::Tensor rows;     // [H, Qf, 2 f], float64
};

FixedFrequencies separate(const at::Tensor& frequencies, const PointGrid& grid) {
  const at::Tensor rows = frequencies.to(at::kCPU, at::kDouble).contiguous();  // [f, 2]
  const double* f = rows.const_data_ptr<double>();
  const int64_t n = rows.size(0);
  std::vector<double> speeds;  // distinct g
  for (int64_t i = 0; i < n; ++i) speeds.push_back(std::abs(f[2 * i]));
  std::sort(speeds.begin(), speeds.end());
  speeds.erase(std::unique(speeds.begin(), speeds.end()), speeds.end());
  std::vector<int64_t> first_column;  // of each g: its cosine, then (g > 0) its sine
  int64_t n_columns = 0;
  for (const double g : speeds) {
    first_column.push_back(n_columns);
    n_columns += g > 0 ? 2 : 1;
  }
  const auto width = static_cast<int64_t>(grid.x.size());
  const auto height = static_cast<int64_t>(grid.y.size());
  FixedFrequencies out{at::zeros({width, n_columns}, at::kDouble), at::zeros({height, n_columns, 2 * n}, at::kDouble)};
  double* to = out.columns.data_ptr<double>();
  for (const double x : grid.x) {
    for (const double g : speeds) {
      *to++ = std::cos(g * x);
      if (g > 0) *to++ = std::sin(g * x);
    }
  }
  to = out.rows.data_ptr<double>();
  for (const double y : grid.y) {
    for (int64_t i = 0; i < n; ++i) {
      const double g = std::abs(f[2 * i]);
      const double sign = f[2 * i] < 0 ? -1 : 1;
      const auto at = std::lower_bound(speeds.begin(), speeds.end(), g) - speeds.begin();
      const int64_t column = first_column[static_cast<size_t>(at)];
      const double sine = std::sin(f[2 * i + 1] * y);
      const double cosine = std::cos(f[2 * i + 1] * y);
      double* of_cosine = to + column * 2 * n;  // what multiplies cos(g x)
      of_cosine[i] = sine;
      of_cosine[n + i] = cosine;
      if (g > 0) {
        double* of_sine = of_cosine + 2 * n;
        of_sine[i] = sign * cosine;
        of_sine[n + i] = -sign * sine;
      }
    }
    to += n_columns * 2 * n;
  }
  return out;
}

double product(int64_t a, int64_t b, int64_t c) {
  return static_cast<double>(a) * static_cast<double>(b) * static_cast<double>(c);
}

}  // namespace

int64_t node_count(double max_frequency, double span, double accuracy) {
  const double s = max_frequency * span / 2;
  if (!(s < static_cast<double>(kMaxNodes))) return 0;
  if (span == 0) return 1;
  // Beyond k = s the J_k(s) fall faster than geometrically: their sum is taken from the far end, where it is nothing.
  auto k = static_cast<int64_t>(std::ceil(s + 20 * std::cbrt(s) + 20));
  double left_out = 0;
  while (s > 0 && k > 1) {
    left_out += 4 * std::abs(std::cyl_bessel_j(static_cast<double>(k - 1), s));
    if (left_out > accuracy) break;
    --k;
  }
  if (s == 0) k = 1;
  ++k;  // derivatives by the frequency have coefficients of the neighbouring orders
  return k <= kMaxNodes ? k : 0;
}

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
    n_x = node_count(largest.const_data_ptr<double>()[0], grid.x.back() - grid.x.front(), accuracy);
    n_y = node_count(largest.const_data_ptr<double>()[1], grid.y.back() - grid.y.front(), accuracy);
    if (n_x == 0 || n_y == 0) return std::nullopt;
  }
  const auto to_type = [&](const at::Tensor& t) { return t.to(frequencies.device(), frequencies.scalar_type()); };
  const std::vector<double> nodes_x = chebyshev_points(grid.x.front(), grid.x.back(), n_x);
  const std::vector<double> nodes_y = chebyshev_points(grid.y.front(), grid.y.back(), n_y);
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
  out.node_x_ = at::tensor(nodes_x, at::kDouble).to(frequencies.device());
  out.node_y_ = at::tensor(nodes_y, at::kDouble).to(frequencies.device());
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
