// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "field/block_function.hpp"

#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "field/block_backward.hpp"
#include "field/block_shape.hpp"

namespace inr::field {
namespace {

using block::at_slot;
using block::BlockShape;
using block::HeadSlots;
using block::LayerSlots;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

variable_list detached(at::TensorList tensors) {
  variable_list out;
  for (const at::Tensor& t : tensors) out.push_back(t.defined() ? t.detach() : t);
  return out;
}

TermFactors term_of(const variable_list& list, const LayerSlots& slots) {
  return {at_slot(list, slots.nodes), at_slot(list, slots.fixed)};
}

/// Layer l on one tile: out = relu(from W_x + bias + term); from is the previous layer's tile.
void forward_layer(const BlockShape& shape, const variable_list& in, size_t l, int64_t n, int64_t y0, int64_t y1,
                   const at::Tensor& from, at::Tensor& out, at::Tensor& term) {
  const LayerSlots& slots = shape.layers[l];
  const bool begun = block::has_term(slots);
  if (begun) {
    at::Tensor t = term.narrow(0, 0, y1 - y0);
    shape.grid->spread(term_of(in, slots), n, y0, y1, t);
    at::Tensor rows = out.view({y1 - y0, shape.width(), out.size(1)});
    shape.grid->combine(t, rows);
  }
  if (slots.bias >= 0) {
    const at::Tensor bias = at_slot(in, slots.bias)[n];  // [1, d]
    if (begun) {
      out.add_(bias);
    } else {
      out.copy_(bias.expand_as(out));
    }
  }
  if (slots.x >= 0) {
    out.addmm_(from, at_slot(in, slots.x)[n]);
  } else if (l == 0 && shape.coarse >= 0) {
    block::by_parent(shape, out).add_(block::parents_of(shape, at_slot(in, shape.coarse), n, y0, y1));
  }
  out.relu_();
}

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
    block::for_each_band(shape, options.device().is_cpu(),
                         [&](int64_t n, int64_t band) { forward_band(shape, in, n, band, kept, outputs); });
    if (shape.keeps) {
      variable_list saved(in.size());  // the way back needs the matrices alone
      for (const LayerSlots& layer : shape.layers) save(in, layer.x, saved);
      for (const HeadSlots& head : shape.heads) save(in, head.x, saved);
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
    const auto n_inputs = static_cast<std::ptrdiff_t>(shape->sizes.size());
    const variable_list weights(kept.begin(), kept.begin() + n_inputs);
    kept.erase(kept.begin(), kept.begin() + n_inputs);
    variable_list d_heads;
    for (const at::Tensor& d : d_outputs) d_heads.push_back(d.defined() ? d.contiguous() : d);
    variable_list gradients = block::backward(*shape, weights, kept, d_heads);
    gradients.insert(gradients.begin(), at::Tensor());  // of the shape
    return gradients;
  }

 private:
  static void save(const variable_list& in, int slot, variable_list& saved) {
    if (slot >= 0) saved[static_cast<size_t>(slot)] = in[static_cast<size_t>(slot)];
  }

  static void forward_band(const BlockShape& shape, const variable_list& in, int64_t n, int64_t band,
                           const variable_list& kept, variable_list& outputs) {
    const at::TensorOptions options = in.front().options();
    const int64_t d = shape.n_channels;
    at::Tensor buffers[2];
    if (!shape.keeps) {
      for (at::Tensor& buffer : buffers) buffer = at::empty({shape.tile_rows * shape.width(), d}, options);
    }
    at::Tensor term = at::empty({shape.tile_rows, shape.grid->n_columns(), d}, options);
    block::for_each_tile(shape, band, [&](int64_t y0, int64_t y1) {
      at::Tensor x;
      for (size_t l = 0; l < shape.layers.size(); ++l) {
        at::Tensor y = shape.keeps ? block::tile_of(shape, kept[l], n, y0, y1)
                                   : buffers[l % 2].narrow(0, 0, (y1 - y0) * shape.width());
        forward_layer(shape, in, l, n, y0, y1, x, y, term);
        x = y;
      }
      for (size_t i = 0; i < shape.heads.size(); ++i) {
        at::Tensor out = block::tile_of(shape, outputs[i], n, y0, y1);
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
    shape->sizes.push_back(tensor.sizes().vec());
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
  shape->n_images = heads.front().x.size(0);
  shape->n_channels = heads.front().x.size(1);
  shape->keeps = at::GradMode::is_enabled() &&
                 std::ranges::any_of(inputs, [](const at::Tensor& tensor) { return tensor.requires_grad(); });
  shape->cut(inputs.front().device().is_cpu());
  return BlockFunction::apply(shape, at::TensorList(inputs));
}

}  // namespace inr::field
