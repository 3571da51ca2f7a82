// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Decoder latent (model.md, section 3; row 1 of the paper's Table 1): one network for all images that sees the point
// and w = theta,
//   x_0 = relu(W_0 p + U_0 w + s_b b_0),  x_l = relu(W_l x_{l-1} + U_l w + s_b b_l),  rgb = W_rgb x + b_rgb.
// U_l w + s_b b_l is made once an image, as that image's bias.
// Letters: N images, P points, d width.
#include <cmath>

#include "field/decoder_functions.hpp"

namespace inr::field::decoders {
namespace {

struct Layer {
  at::Tensor weight;  // [C_in, d], shared
  at::Tensor bias;    // [N, 1, d]
};

class Latent final : public Function {
 public:
  Latent(const model::ModelConfig& config, const TensorMap& shared, const at::Tensor& w)
      : rgb_{shared.at("inr.0.rgb.shared").t(), shared.at("inr.0.rgb.bias")} {
    for (int64_t n = 0; n < config.blocks.front().layers; ++n) {
      const std::string name = "inr.0." + std::to_string(n);
      const at::Tensor& weight = shared.at(name + ".shared");
      const at::Tensor& latent = shared.at(name + ".latent");
      const double bias_scale = 0.2 * std::sqrt(2.0 / static_cast<double>(weight.size(1) + latent.size(1)));
      const at::Tensor bias = at::addmm(shared.at(name + ".shared_bias"), w, latent.t(), bias_scale);
      layers_.push_back({weight.t(), bias.unsqueeze(1)});
    }
  }

  [[nodiscard]] BlockOutput evaluate(size_t /*k*/, const at::Tensor& q, const at::Tensor& /*coarse*/) const override {
    at::Tensor x = at::mm(q.to(rgb_.weight.scalar_type()), layers_.front().weight)
                       .unsqueeze(0);  // [1, P, d]: the same for all images
    x = at::relu(x + layers_.front().bias);
    for (size_t n = 1; n < layers_.size(); ++n) x = at::relu(at::matmul(x, layers_[n].weight) + layers_[n].bias);
    return {.next = {}, .rgb = at::matmul(x, rgb_.weight) + rgb_.bias};
  }

 private:
  std::vector<Layer> layers_;
  Layer rgb_;
};

}  // namespace

std::unique_ptr<const Function> make_latent(const model::ModelConfig& config, const model::ThetaLayout& /*layout*/,
                                            const TensorMap& shared, const at::Tensor& theta) {
  return std::make_unique<Latent>(config, shared, theta);
}

}  // namespace inr::field::decoders
