// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The values of a coordinate term at its nodes.
#include <algorithm>
#include <cmath>

#include "render/coordinate_term.hpp"

namespace inr::render {
namespace {

using kernels::Buffer;
using kernels::kPanel;
using kernels::kStrip;

/// Sines and cosines of frequency times position, [m][positions].
struct Waves {
  std::vector<float> sine, cosine;
  Waves(const Block& block, size_t axis, const std::vector<double>& positions, const ForEach& for_each)
      : sine(static_cast<size_t>(block.n_learned) * positions.size()), cosine(sine.size()) {
    constexpr int64_t kFrequenciesAtOnce = 16;
    for_pieces(for_each, block.n_learned, kFrequenciesAtOnce, [&](int64_t i) {
      const double f = block.frequencies[2 * static_cast<size_t>(i) + axis];
      for (size_t j = 0; j < positions.size(); ++j) {
        const size_t at = static_cast<size_t>(i) * positions.size() + j;
        sine[at] = static_cast<float>(std::sin(f * positions[j]));
        cosine[at] = static_cast<float>(std::cos(f * positions[j]));
      }
    });
  }
};

}  // namespace

/// The products W_e e at all nodes, at half their cost. Nodes lie point-symmetrically about the centre c of the grid,
/// so with q = c + t, S = W_s sin(B t) and C = W_c cos(B t), the node at t has C + S and the one at -t has C - S.
void CoordinateTerm::evaluate_nodes(const Nodes& nodes_x, const Nodes& nodes_y, const ForEach& for_each) {
  const int64_t m = block_->n_learned;
  const int64_t n_nodes = n_x_ * n_y_;
  for (const Layer& layer : block_->layers) {
    values_.emplace_back(layer.e.empty() ? 0 : kernels::n_strips(layer.e.rows) * n_nodes * kStrip);
  }
  if (m == 0) return;
  const std::vector<Buffer> weights = weights_about(nodes_x.centre(), nodes_y.centre(), for_each);
  const Waves along_x(*block_, 0, nodes_x.offsets(), for_each);
  const Waves along_y(*block_, 1, nodes_y.offsets(), for_each);
  const int64_t n_pairs = n_nodes / 2;  // P_x is even: no node is its own counterpart
  // Nodes are points in raster order: a panel may hold the end of one row of nodes and the beginning of the next.
  for_each(kernels::n_panels(n_pairs), [&](int64_t p) {
    Buffer axes = Buffer::zeros(4 * m * kPanel);
    Buffer features(2 * m * kPanel);
    float* sin_x = axes.data();
    float* cos_x = sin_x + m * kPanel;
    float* sin_y = cos_x + m * kPanel;
    float* cos_y = sin_y + m * kPanel;
    const int64_t n = std::min(kPanel, n_pairs - p * kPanel);
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        const int64_t node = p * kPanel + j;
        const auto at_x = static_cast<size_t>(i * n_x_ + node % n_x_);
        const auto at_y = static_cast<size_t>(i * n_y_ + node / n_x_);
        sin_x[i * kPanel + j] = along_x.sine[at_x];
        cos_x[i * kPanel + j] = along_x.cosine[at_x];
        sin_y[i * kPanel + j] = along_y.sine[at_y];
        cos_y[i * kPanel + j] = along_y.cosine[at_y];
      }
    }
    operations_->features({sin_x, cos_x, sin_y, cos_y, kPanel, m, features.data()});
    const int64_t product_floats = kernels::n_strips(block_->width) * kStrip * kPanel;
    Buffer products(2 * product_floats);  // S, then C
    for (size_t l = 0; l < block_->layers.size(); ++l) {
      const Matrix& e = block_->layers[l].e;
      if (e.empty()) continue;
      for (int64_t part = 0; part < 2; ++part) {
        kernels::LayerJob job;
        job.parts[0] = {weights[l].data() + part * m * kStrip, features.data() + part * m * kPanel, m, 2 * m * kStrip,
                        0};
        job.n_parts = 1;
        job.rows = e.rows;
        job.panels = 1;
        job.out = products.data() + part * product_floats;
        job.out_channel_stride = kPanel;
        operations_->layer(job);
      }
      for (int64_t s = 0; s < kernels::n_strips(e.rows); ++s) {
        float* strip = values_[l].data() + s * n_nodes * kStrip;
        const auto place = [&](int64_t node) {
          return strip + kernels::spread_index(node / n_x_, node % n_x_ * kStrip, n_y_, n_x_ * kStrip);
        };
        const float* odd = products.data() + s * kStrip * kPanel;
        const float* even = odd + product_floats;
        for (int64_t j = 0; j < n; ++j) {
          const int64_t node = p * kPanel + j;
          float* here = place(node);
          float* there = place(n_nodes - 1 - node);
          for (int64_t i = 0; i < kStrip; ++i) {
            here[i] = even[i * kPanel + j] + odd[i * kPanel + j];
            there[i] = even[i * kPanel + j] - odd[i * kPanel + j];
          }
        }
      }
    }
  });
}

/// Of every layer the learned columns of W_e for features of B (q - c) in place of B q: [n_strips][2 m][kStrip], those
/// of the sines first. Each pair of columns is turned by the phase B c.
std::vector<Buffer> CoordinateTerm::weights_about(double centre_x, double centre_y, const ForEach& for_each) const {
  const int64_t m = block_->n_learned;
  const int64_t half = m + block_->n_fixed;
  std::vector<double> sine, cosine;
  for (int64_t i = 0; i < m; ++i) {
    const double* f = block_->frequencies.data() + 2 * i;
    sine.push_back(std::sin(f[0] * centre_x + f[1] * centre_y));
    cosine.push_back(std::cos(f[0] * centre_x + f[1] * centre_y));
  }
  std::vector<Buffer> out;
  for (const Layer& layer : block_->layers) {
    const Matrix& e = layer.e;
    const int64_t n_strips = e.empty() ? 0 : kernels::n_strips(e.rows);
    Buffer& to = out.emplace_back(n_strips * 2 * m * kStrip);
    for_each(n_strips, [&](int64_t s) {
      const float* of_sine = e.strips.data() + s * e.strip_stride();
      const float* of_cosine = of_sine + half * kStrip;
      float* to_sine = to.data() + s * 2 * m * kStrip;
      float* to_cosine = to_sine + m * kStrip;
      for (int64_t i = 0; i < m * kStrip; ++i) {
        const auto k = static_cast<size_t>(i / kStrip);
        const double a = of_sine[i];
        const double b = of_cosine[i];
        to_sine[i] = static_cast<float>(a * cosine[k] - b * sine[k]);
        to_cosine[i] = static_cast<float>(a * sine[k] + b * cosine[k]);
      }
    });
  }
  return out;
}

}  // namespace inr::render
