// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/convolution.hpp"

#include <torch/csrc/autograd/custom_function.h>

#include <array>
#include <vector>

namespace inr::gan {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Geometry {
  int64_t stride = 1, pad = 0;
};

void keep(AutogradContext* ctx, Geometry geometry) {
  ctx->saved_data["stride"] = geometry.stride;
  ctx->saved_data["pad"] = geometry.pad;
  ctx->set_materialize_grads(false);
}

Geometry kept(AutogradContext* ctx) {
  return {ctx->saved_data.at("stride").toInt(), ctx->saved_data.at("pad").toInt()};
}

at::Tensor product(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias, Geometry g) {
  return at::conv2d(x, weight, bias, {g.stride, g.stride}, {g.pad, g.pad});
}

/// Gradients by x, weight and bias, those that are wanted.
std::array<at::Tensor, 3> gradients(const at::Tensor& d_out, const at::Tensor& x, const at::Tensor& weight, Geometry g,
                                    std::array<bool, 3> wanted) {
  if (!wanted[0] && !wanted[1] && !wanted[2]) return {};
  auto [d_x, d_weight, d_bias] =
      at::convolution_backward(d_out, x, weight, at::IntArrayRef({weight.size(0)}), {g.stride, g.stride},
                               {g.pad, g.pad}, {1, 1}, false, {0, 0}, 1, wanted);
  return {d_x, d_weight, d_bias};
}

at::Tensor sum(const at::Tensor& a, const at::Tensor& b) {
  if (!a.defined()) return b;
  return b.defined() ? a + b : a;
}

/// The gradient of a convolution as a function of (d_out, x, weight): by x, by weight, by bias, as many as are wanted.
/// Its own derivatives are the same three kinds of product.
class ConvolutionGradient : public torch::autograd::Function<ConvolutionGradient> {
 public:
  static variable_list forward(AutogradContext* ctx, const at::Tensor& d_out, const at::Tensor& x,
                               const at::Tensor& weight, Geometry g, std::array<bool, 3> wanted) {
    keep(ctx, g);
    ctx->save_for_backward({d_out, x, weight});
    ctx->saved_data["wanted"] = std::vector<int64_t>(wanted.begin(), wanted.end());
    variable_list out;
    for (const at::Tensor& gradient : gradients(d_out, x, weight, g, wanted)) {
      if (gradient.defined()) out.push_back(gradient);
    }
    return out;
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& d_results) {
    TORCH_CHECK(!at::GradMode::is_enabled(), "a convolution is differentiable twice, not more");
    const std::vector<int64_t> wanted = ctx->saved_data.at("wanted").toIntVector();
    at::Tensor of_x;  // what comes back for each of the three gradients
    at::Tensor of_weight;
    at::Tensor of_bias;
    size_t i = 0;
    if (wanted[0] != 0) of_x = d_results[i++];
    if (wanted[1] != 0) of_weight = d_results[i++];
    if (wanted[2] != 0) of_bias = d_results[i];
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor& d_out = saved[0];
    const at::Tensor& x = saved[1];
    const at::Tensor& weight = saved[2];
    const Geometry g = kept(ctx);
    variable_list result(kInputs);
    if (ctx->needs_input_grad(0)) {
      if (of_x.defined()) result[0] = product(of_x, weight, {}, g);
      if (of_weight.defined()) result[0] = sum(result[0], product(x, of_weight, {}, g));
      if (of_bias.defined()) result[0] = sum(result[0], of_bias.view({1, -1, 1, 1}).expand_as(d_out));
    }
    if (ctx->needs_input_grad(1) && of_weight.defined())
      result[1] = gradients(d_out, x, of_weight, g, {true, false, false})[0];
    if (ctx->needs_input_grad(2) && of_x.defined())
      result[2] = gradients(d_out, of_x, weight, g, {false, true, false})[1];
    return result;
  }

 private:
  static constexpr size_t kInputs = 5;  // of forward()
};

class Convolution : public torch::autograd::Function<Convolution> {
 public:
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight,
                            const std::optional<at::Tensor>& bias, Geometry g) {
    keep(ctx, g);
    // x is needed for the gradient by the weights alone: a fixed network gives it back at once.
    ctx->save_for_backward({weight.requires_grad() ? x : at::Tensor(), weight});
    ctx->saved_data["bias"] = bias.has_value();
    ctx->saved_data["sizes"] = x.sizes().vec();
    return product(x, weight, bias, g);
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& d_out) {
    variable_list result(kInputs);
    if (!d_out[0].defined()) return result;
    const variable_list saved = ctx->get_saved_variables();
    const std::array<bool, 3> wanted = {ctx->needs_input_grad(0), ctx->needs_input_grad(1),
                                        ctx->saved_data.at("bias").toBool() && ctx->needs_input_grad(2)};
    // Where x was not kept, its memory is never touched.
    const at::Tensor x = saved[0].defined() ? saved[0]
                                            : at::empty(ctx->saved_data.at("sizes").toIntVector(), d_out[0].options(),
                                                        d_out[0].suggest_memory_format());
    const variable_list found = ConvolutionGradient::apply(d_out[0], x, saved[1], kept(ctx), wanted);
    size_t next = 0;
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i]) result[i] = found[next++];
    }
    return result;
  }

 private:
  static constexpr size_t kInputs = 4;
};

}  // namespace

at::Tensor convolve(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias,
                    int64_t stride, int64_t pad) {
  return Convolution::apply(x, weight, bias, Geometry{stride, pad});
}

}  // namespace inr::gan
