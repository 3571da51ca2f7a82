// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "field/factored_weight.hpp"

#include <torch/csrc/autograd/custom_function.h>

namespace inr::field {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::Tensor gate(const at::Tensor& a, const at::Tensor& b) { return at::bmm(a, b).sigmoid_(); }

class FactoredWeight : public torch::autograd::Function<FactoredWeight> {
 public:
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& a, const at::Tensor& b, const at::Tensor& shared) {
    ctx->save_for_backward({a, b, shared});
    return gate(a, b).mul_(shared * 2.0);
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& d_out) {
    TORCH_CHECK(!at::GradMode::is_enabled(), "a factored weight is differentiable once");
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor& a = saved[0];
    const at::Tensor& b = saved[1];
    const at::Tensor& shared = saved[2];
    const at::Tensor& g = d_out[0];
    at::Tensor s = gate(a, b);  // [N, C_out, C_in]
    at::Tensor d_shared;
    if (ctx->needs_input_grad(2)) {  // 2 sum_n g s, one image at a time
      d_shared = g[0] * s[0];
      for (int64_t n = 1; n < g.size(0); ++n) d_shared.addcmul_(g[n], s[n]);
      d_shared.mul_(2.0);
    }
    if (!ctx->needs_input_grad(0) && !ctx->needs_input_grad(1)) return {at::Tensor(), at::Tensor(), d_shared};
    at::sigmoid_backward_out(s, g, s);  // g s (1 - s)
    s.mul_(shared * 2.0);
    return {at::bmm(s, b.transpose(1, 2)), at::bmm(a.transpose(1, 2), s), d_shared};
  }
};

}  // namespace

at::Tensor factored_weight(const at::Tensor& a, const at::Tensor& b, const at::Tensor& shared) {
  return FactoredWeight::apply(a, b, shared);
}

}  // namespace inr::field
