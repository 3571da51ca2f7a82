// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "field/block_backward.hpp"

namespace inr::field::block {
namespace {

/// The sums that become gradients of weights: [N, bands, ...] each, so that no two threads write one.
class WeightGradients {
 public:
  WeightGradients(const BlockShape& shape, const at::TensorOptions& type) : shape_(shape), sums_(shape.sizes.size()) {
    const auto add = [&](int i) {
      if (i < 0) return;
      std::vector<int64_t> size = shape.sizes[static_cast<size_t>(i)];
      size.insert(size.begin() + 1, shape.n_bands);
      sums_[static_cast<size_t>(i)] = at::zeros(size, type);
    };
    for (const LayerSlots& layer : shape.layers) {
      add(layer.x);
      add(layer.bias);
      add(layer.nodes);
    }
    for (const HeadSlots& head : shape.heads) {
      add(head.x);
      add(head.bias);
    }
  }
  [[nodiscard]] at::Tensor of(int slot, int64_t n, int64_t band) const {
    const at::Tensor sum = at_slot(sums_, slot);
    return sum.defined() ? sum[n][band] : sum;
  }
  [[nodiscard]] at::Tensor total(size_t slot) {
    at::Tensor sum = std::move(sums_[slot]);
    return shape_.n_bands == 1 ? sum.squeeze(1) : sum.sum(1);
  }
  [[nodiscard]] bool has(size_t slot) const { return sums_[slot].defined(); }

 private:
  const BlockShape& shape_;
  std::vector<at::Tensor> sums_;
};

/// to [a, 1, b, 1, d] = sum over fy, fx of from [a, fy, b, fx, d], whole lines at a time.
void sum_over_children(const at::Tensor& from, const at::Tensor& to) {
  const at::Tensor sum = to.select(3, 0).select(1, 0);
  for (int64_t y = 0; y < from.size(1); ++y) {
    for (int64_t x = 0; x < from.size(3); ++x) {
      const at::Tensor part = from.select(3, x).select(1, y);
      if (x == 0 && y == 0) {
        sum.copy_(part);
      } else {
        sum.add_(part);
      }
    }
  }
}

/// The way back through one block.
class Backward {
 public:
  Backward(const BlockShape& shape, const std::vector<at::Tensor>& weights, const std::vector<at::Tensor>& outputs,
           const std::vector<at::Tensor>& d_heads)
      : shape_(shape),
        weights_(weights),
        outputs_(outputs),
        d_heads_(d_heads),
        whole_(shape.sizes.size()),
        sums_(shape, outputs.front().options()) {
    const auto whole = [&](int i) {
      if (i >= 0) whole_[slot(i)] = at::empty(shape.sizes[slot(i)], outputs.front().options());
    };
    whole(shape.coarse);
    for (const LayerSlots& layer : shape.layers) whole(layer.fixed);
  }

  void band(int64_t n, int64_t b) {
    const at::Tensor& any = outputs_.front();
    const int64_t d = shape_.n_channels;
    at::Tensor here = at::empty({shape_.tile_rows * shape_.width(), d}, any.options());
    at::Tensor before = at::empty_like(here);
    at::Tensor term = at::empty({shape_.tile_rows, shape_.grid->n_columns(), d}, any.options());
    for_each_tile(shape_, b, [&](int64_t y0, int64_t y1) {
      at::Tensor g = here.narrow(0, 0, (y1 - y0) * shape_.width());
      at::Tensor g_before = before.narrow(0, 0, g.size(0));
      heads(n, b, y0, y1, g);
      for (size_t l = shape_.layers.size(); l-- > 0;) {
        layer(l, n, b, y0, y1, g, g_before, term);
        std::swap(g, g_before);
      }
    });
  }

  /// Gradients in the order of the inputs.
  std::vector<at::Tensor> results() {
    for (size_t i = 0; i < whole_.size(); ++i) {
      if (sums_.has(i)) whole_[i] = sums_.total(i);
    }
    return std::move(whole_);
  }

 private:
  static size_t slot(int i) { return static_cast<size_t>(i); }

  /// g = dL/d(last features) of a tile, and the gradients of the heads' weights.
  void heads(int64_t n, int64_t b, int64_t y0, int64_t y1, at::Tensor& g) {
    const at::Tensor features = tile_of(shape_, outputs_.back(), n, y0, y1);
    bool first = true;
    for (size_t i = 0; i < shape_.heads.size(); ++i) {
      if (!d_heads_[i].defined()) continue;
      const HeadSlots& head = shape_.heads[i];
      const at::Tensor d = tile_of(shape_, d_heads_[i], n, y0, y1);
      const at::Tensor weight = at_slot(weights_, head.x)[n].t();
      if (first) {
        at::mm_out(g, d, weight);
      } else {
        g.addmm_(d, weight);
      }
      first = false;
      sums_.of(head.x, n, b).addmm_(features.t(), d);
      if (head.bias >= 0) sums_.of(head.bias, n, b).add_(d.sum(0, true));
    }
    if (first) g.zero_();
  }

  /// From g = dL/d(output of layer l) to g_before = dL/d(its input), with the gradients of the layer's own tensors.
  void layer(size_t l, int64_t n, int64_t b, int64_t y0, int64_t y1, at::Tensor& g, at::Tensor& g_before,
             const at::Tensor& term) {
    const LayerSlots& slots = shape_.layers[l];
    at::threshold_backward_out(g, g, tile_of(shape_, outputs_[l], n, y0, y1), 0);
    if (slots.bias >= 0) sums_.of(slots.bias, n, b).add_(g.sum(0, true));
    if (has_term(slots)) {
      at::Tensor t = term.narrow(0, 0, y1 - y0);
      at::Tensor d_nodes = sums_.of(slots.nodes, n, b);
      at::Tensor d_fixed = at_slot(whole_, slots.fixed);
      if (d_fixed.defined()) d_fixed = d_fixed[n];
      shape_.grid->gather(g.view({y1 - y0, shape_.width(), g.size(1)}), y0, y1, t, d_nodes, d_fixed);
    }
    if (slots.x >= 0) {
      sums_.of(slots.x, n, b).addmm_(tile_of(shape_, outputs_[l - 1], n, y0, y1).t(), g);
      at::mm_out(g_before, g, at_slot(weights_, slots.x)[n].t());
    } else if (shape_.coarse >= 0) {
      sum_over_children(by_parent(shape_, g), parents_of(shape_, at_slot(whole_, shape_.coarse), n, y0, y1));
    }
  }

  const BlockShape& shape_;
  const std::vector<at::Tensor>& weights_;
  const std::vector<at::Tensor>& outputs_;
  const std::vector<at::Tensor>& d_heads_;
  std::vector<at::Tensor> whole_;  // gradients of tensors on a grid, written tile by tile
  WeightGradients sums_;
};

}  // namespace

std::vector<at::Tensor> backward(const BlockShape& shape, const std::vector<at::Tensor>& weights,
                                 const std::vector<at::Tensor>& outputs, const std::vector<at::Tensor>& d_heads) {
  Backward way(shape, weights, outputs, d_heads);
  for_each_band(shape, outputs.front().device().is_cpu(), [&](int64_t n, int64_t band) { way.band(n, band); });
  return way.results();
}

}  // namespace inr::field::block
