// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "field/block_function.hpp"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

namespace inr::field {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Points of a tile: its features and those of the next layer stay in a core's cache, its products are still large.
constexpr int64_t kTilePoints = 1024;
/// Gradients of weights are summed in this many parts at least, over images and bands of rows: what threads share.
constexpr int64_t kParts = 8;

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

variable_list detached(at::TensorList tensors) {
  variable_list out;
  for (const at::Tensor& t : tensors) out.push_back(t.defined() ? t.detach() : t);
  return out;
}

/// Calls work(image, band) for all of them, in parallel on a CPU.
template <typename Work>
void for_each_band(const BlockShape& shape, bool on_cpu, const Work& work) {
  const int64_t n = shape.n_images * shape.n_bands;
  const auto range = [&](int64_t first, int64_t last) {
    const at::AutoDispatchBelowADInplaceOrView no_autograd;
    for (int64_t i = first; i < last; ++i) work(i / shape.n_bands, i % shape.n_bands);
  };
  if (on_cpu) {
    at::parallel_for(0, n, 1, range);
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
at::Tensor tile_of(const BlockShape& shape, const at::Tensor& whole, int64_t n, int64_t y0, int64_t y1) {
  return whole[n].narrow(0, y0 * shape.width(), (y1 - y0) * shape.width());
}

/// [rows / fy, fy, W / fx, fx, d] of [rows W, d].
at::Tensor by_parent(const BlockShape& shape, const at::Tensor& tile) {
  const int64_t fy = shape.factor_y;
  const int64_t fx = shape.factor_x;
  return tile.view({tile.size(0) / shape.width() / fy, fy, shape.width() / fx, fx, tile.size(1)});
}

/// The coarser cells under rows y0 .. y1 - 1, [rows / fy, 1, W / fx, 1, d].
at::Tensor parents_of(const BlockShape& shape, const at::Tensor& coarse, int64_t n, int64_t y0, int64_t y1) {
  const int64_t wide = shape.width() / shape.factor_x;
  const int64_t first = y0 / shape.factor_y;
  const int64_t count = (y1 - y0) / shape.factor_y;
  return coarse[n].narrow(0, first * wide, count * wide).view({count, 1, wide, 1, coarse.size(2)});
}

at::Tensor at_slot(const variable_list& list, int slot) {
  return slot < 0 ? at::Tensor() : list[static_cast<size_t>(slot)];
}

TermFactors term_of(const variable_list& list, const LayerSlots& slots) {
  return {at_slot(list, slots.nodes), at_slot(list, slots.fixed)};
}

bool has_term(const LayerSlots& slots) { return slots.nodes >= 0 || slots.fixed >= 0; }

/// Layer l on one tile: out = relu(from W_x + bias + term); from is the previous layer's tile.
void forward_layer(const BlockShape& shape, const variable_list& in, size_t l, int64_t n, int64_t y0, int64_t y1,
                   const at::Tensor& from, at::Tensor& out, at::Tensor& term) {
  const LayerSlots& slots = shape.layers[l];
  const at::Tensor bias = at_slot(in, slots.bias)[n];  // [1, d]
  if (slots.x >= 0) {
    at::addmm_out(out, bias, from, at_slot(in, slots.x)[n]);
  } else if (l == 0 && shape.coarse >= 0) {
    at::Tensor split = by_parent(shape, out);
    at::add_out(split, parents_of(shape, at_slot(in, shape.coarse), n, y0, y1).expand_as(split), bias);
  } else {
    out.copy_(bias.expand_as(out));
  }
  if (has_term(slots)) {
    at::Tensor t = term.narrow(0, 0, y1 - y0);
    shape.grid->spread(term_of(in, slots), n, y0, y1, t);
    at::Tensor rows = out.view({y1 - y0, shape.width(), out.size(1)});
    shape.grid->add(t, rows);
  }
  out.relu_();
}

/// The sums that become gradients of weights: [N, bands, ...] each, so that no two threads write one.
class WeightGradients {
 public:
  WeightGradients(const BlockShape& shape, const variable_list& in, const variable_list& wanted_like)
      : shape_(shape), sums_(in.size()) {
    for (size_t i = 0; i < in.size(); ++i) {
      if (!wanted_like[i].defined()) continue;
      std::vector<int64_t> size = in[i].sizes().vec();
      size.insert(size.begin() + 1, shape.n_bands);
      sums_[i] = at::zeros(size, in[i].options());
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
  variable_list sums_;
};

/// The way back through one block.
class Backward {
 public:
  Backward(const BlockShape& shape, const variable_list& in, const variable_list& kept, const variable_list& d_heads)
      : shape_(shape),
        in_(in),
        kept_(kept),
        d_heads_(d_heads),
        whole_(in.size()),
        sums_(shape, in, summed_tensors(in)) {
    if (shape.coarse >= 0) whole_[slot(shape.coarse)] = at::empty_like(in[slot(shape.coarse)]);
    for (const LayerSlots& layer : shape.layers) {
      if (layer.fixed >= 0) whole_[slot(layer.fixed)] = at::empty_like(in[slot(layer.fixed)]);
    }
  }

  void band(int64_t n, int64_t b) {
    const at::Tensor& any = kept_.front();
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
  variable_list results() {
    for (size_t i = 0; i < whole_.size(); ++i) {
      if (sums_.has(i)) whole_[i] = sums_.total(i);
    }
    return std::move(whole_);
  }

 private:
  static size_t slot(int i) { return static_cast<size_t>(i); }

  [[nodiscard]] variable_list summed_tensors(const variable_list& in) const {
    variable_list out(in.size());
    const auto mark = [&](int i) {
      if (i >= 0) out[slot(i)] = in[slot(i)];
    };
    for (const LayerSlots& layer : shape_.layers) {
      mark(layer.x);
      mark(layer.bias);
      mark(layer.nodes);
    }
    for (const HeadSlots& head : shape_.heads) {
      mark(head.x);
      mark(head.bias);
    }
    return out;
  }

  /// g = dL/d(last features) of a tile, and the gradients of the heads' weights.
  void heads(int64_t n, int64_t b, int64_t y0, int64_t y1, at::Tensor& g) {
    const at::Tensor features = tile_of(shape_, kept_.back(), n, y0, y1);
    bool first = true;
    for (size_t i = 0; i < shape_.heads.size(); ++i) {
      if (!d_heads_[i].defined()) continue;
      const HeadSlots& head = shape_.heads[i];
      const at::Tensor d = tile_of(shape_, d_heads_[i], n, y0, y1);
      const at::Tensor weight = at_slot(in_, head.x)[n].t();
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
    at::threshold_backward_out(g, g, tile_of(shape_, kept_[l], n, y0, y1), 0);
    sums_.of(slots.bias, n, b).add_(g.sum(0, true));
    if (has_term(slots)) {
      at::Tensor t = term.narrow(0, 0, y1 - y0);
      at::Tensor d_nodes = sums_.of(slots.nodes, n, b);
      at::Tensor d_fixed = at_slot(whole_, slots.fixed);
      if (d_fixed.defined()) d_fixed = d_fixed[n];
      shape_.grid->gather(g.view({y1 - y0, shape_.width(), g.size(1)}), y0, y1, t, d_nodes, d_fixed);
    }
    if (slots.x >= 0) {
      sums_.of(slots.x, n, b).addmm_(tile_of(shape_, kept_[l - 1], n, y0, y1).t(), g);
      at::mm_out(g_before, g, at_slot(in_, slots.x)[n].t());
    } else if (shape_.coarse >= 0) {
      at::Tensor d_coarse = parents_of(shape_, at_slot(whole_, shape_.coarse), n, y0, y1);
      at::sum_out(d_coarse, by_parent(shape_, g), {1, 3}, true);
    }
  }

  const BlockShape& shape_;
  const variable_list& in_;
  const variable_list& kept_;
  const variable_list& d_heads_;
  variable_list whole_;  // gradients of tensors on a grid, written tile by tile
  WeightGradients sums_;
};

class BlockFunction : public torch::autograd::Function<BlockFunction> {
 public:
  static variable_list forward(AutogradContext* ctx, const c10::intrusive_ptr<BlockShape>& shape_of_block,
                               at::TensorList inputs) {
    const BlockShape& shape = *shape_of_block;
    const variable_list in = detached(inputs);
    const at::TensorOptions options = in.front().options();
    variable_list outputs;
    for (const HeadSlots& head : shape.heads) {
      outputs.push_back(at::empty({shape.n_images, shape.n_points(), at_slot(in, head.x).size(2)}, options));
    }
    variable_list kept;
    for (size_t l = 0; shape.keeps && l < shape.layers.size(); ++l) {
      kept.push_back(at::empty({shape.n_images, shape.n_points(), shape.n_channels}, options));
    }
    for_each_band(shape, options.device().is_cpu(),
                  [&](int64_t n, int64_t band) { forward_band(shape, in, n, band, kept, outputs); });
    if (shape.keeps) {
      variable_list saved = in;
      saved.insert(saved.end(), kept.begin(), kept.end());
      ctx->save_for_backward(std::move(saved));
      ctx->saved_data[kShapeKey] = c10::IValue::make_capsule(shape_of_block);
      ctx->set_materialize_grads(false);
    }
    return outputs;
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& d_outputs) {
    TORCH_CHECK(!at::GradMode::is_enabled(), "a block is differentiable once; take the reference kernel");
    const auto shape = c10::static_intrusive_pointer_cast<BlockShape>(ctx->saved_data.at(kShapeKey).toCapsule());
    variable_list kept = ctx->get_saved_variables();
    const size_t n_inputs = kept.size() - shape->layers.size();
    const variable_list in = detached(at::TensorList(kept).slice(0, n_inputs));
    kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(n_inputs));
    variable_list d_heads;
    for (const at::Tensor& d : d_outputs) d_heads.push_back(d.defined() ? d.contiguous() : d);
    Backward backward(*shape, in, kept, d_heads);
    for_each_band(*shape, in.front().device().is_cpu(), [&](int64_t n, int64_t band) { backward.band(n, band); });
    variable_list gradients = backward.results();
    gradients.insert(gradients.begin(), at::Tensor());  // of the shape
    return gradients;
  }

 private:
  static void forward_band(const BlockShape& shape, const variable_list& in, int64_t n, int64_t band,
                           const variable_list& kept, variable_list& outputs) {
    const at::TensorOptions options = in.front().options();
    const int64_t d = shape.n_channels;
    at::Tensor buffers[2];
    if (!shape.keeps) {
      for (at::Tensor& buffer : buffers) buffer = at::empty({shape.tile_rows * shape.width(), d}, options);
    }
    at::Tensor term = at::empty({shape.tile_rows, shape.grid->n_columns(), d}, options);
    for_each_tile(shape, band, [&](int64_t y0, int64_t y1) {
      at::Tensor x;
      for (size_t l = 0; l < shape.layers.size(); ++l) {
        at::Tensor y =
            shape.keeps ? tile_of(shape, kept[l], n, y0, y1) : buffers[l % 2].narrow(0, 0, (y1 - y0) * shape.width());
        forward_layer(shape, in, l, n, y0, y1, x, y, term);
        x = y;
      }
      for (size_t i = 0; i < shape.heads.size(); ++i) {
        at::Tensor out = tile_of(shape, outputs[i], n, y0, y1);
        const at::Tensor weight = at_slot(in, shape.heads[i].x)[n];
        if (shape.heads[i].bias >= 0) {
          at::addmm_out(out, at_slot(in, shape.heads[i].bias)[n], x, weight);
        } else {
          at::mm_out(out, x, weight);
        }
      }
    });
  }

  static constexpr const char* kShapeKey = "shape";
};

}  // namespace

std::vector<at::Tensor> block_function(const std::shared_ptr<const TermGrid>& grid, const CoarseInputs& coarse,
                                       const std::vector<LayerInputs>& layers, const std::vector<HeadInputs>& heads) {
  auto shape = c10::make_intrusive<BlockShape>();
  variable_list inputs;
  const auto slot = [&](const at::Tensor& tensor) {
    if (!tensor.defined()) return -1;
    inputs.push_back(tensor);
    return static_cast<int>(inputs.size()) - 1;
  };
  shape->grid = grid;
  shape->coarse = slot(coarse.values);
  shape->factor_y = coarse.factor_y;
  shape->factor_x = coarse.factor_x;
  for (const LayerInputs& layer : layers) {
    shape->layers.push_back({slot(layer.x), slot(layer.bias), slot(layer.term.nodes), slot(layer.term.fixed)});
  }
  for (const HeadInputs& head : heads) shape->heads.push_back({slot(head.x), slot(head.bias)});
  shape->n_images = layers.front().bias.size(0);
  shape->n_channels = layers.front().bias.size(2);
  shape->keeps = at::GradMode::is_enabled() &&
                 std::ranges::any_of(inputs, [](const at::Tensor& tensor) { return tensor.requires_grad(); });
  shape->cut(inputs.front().device().is_cpu());
  return BlockFunction::apply(shape, at::TensorList(inputs));
}

}  // namespace inr::field
