// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Decoder latent as its formula is written (model.md, section 3): theta is w,
//   x_0 = relu(W_0 p + U_0 w + s_b b_0),  x_l = relu(W_l x_{l-1} + U_l w + s_b b_l),  image = tanh(W_rgb x + b_rgb).
#include "render/reference.hpp"

#include <cmath>
#include <string>

namespace inr::render::decoders {
namespace {

class Latent final : public ReferenceFunction {
 public:
  Latent(const InrModel& model, std::span<const float> w, const model::GridPlan& plan) : plan_(plan) {
    const model::BlockConfig& block = model.config.blocks.front();
    const auto n_w = static_cast<int64_t>(w.size());
    for (int64_t l = 0; l < block.layers; ++l) {
      const std::string name = "inr.0." + std::to_string(l);
      Dense layer = shared(model, name + ".shared", block.width, l == 0 ? 2 : block.width);
      const std::vector<float>& u = model.shared.at(name + ".latent");
      const std::vector<float>& b = model.shared.at(name + ".shared_bias");
      const double bias_scale = 0.2 * std::sqrt(2.0 / static_cast<double>(layer.in + n_w));
      for (int64_t i = 0; i < layer.out; ++i) {
        double& sum = layer.bias[static_cast<size_t>(i)];
        sum = bias_scale * double{b[static_cast<size_t>(i)]};
        for (int64_t c = 0; c < n_w; ++c) {
          sum += double{u[static_cast<size_t>(i * n_w + c)]} * double{w[static_cast<size_t>(c)]};
        }
      }
      layers_.push_back(std::move(layer));
    }
    rgb_ = shared(model, "inr.0.rgb.shared", 3, block.width);
    const std::vector<float>& bias = model.shared.at("inr.0.rgb.bias");
    rgb_.bias.assign(bias.begin(), bias.end());
  }

  const Plane& colours(int64_t row, const ForEach& for_each) override {
    const std::vector<int64_t>& cells = plan_.x.cells.front();
    const double q_y = static_cast<double>(plan_.y.cells.front()[static_cast<size_t>(row)]) / plan_.y.resolution[0];
    Plane x(2, static_cast<int64_t>(cells.size()));
    for (int64_t p = 0; p < x.points; ++p) {
      x.channel(0)[p] = static_cast<double>(cells[static_cast<size_t>(p)]) / plan_.x.resolution[0];
      x.channel(1)[p] = q_y;
    }
    for (const Dense& layer : layers_) {
      x = affine(layer, {&x}, for_each);
      rectify(x, 0);
    }
    colours_ = affine(rgb_, {&x}, for_each);
    for (double& value : colours_.values) value = std::tanh(value);
    return colours_;
  }

 private:
  static Dense shared(const InrModel& model, const std::string& name, int64_t out, int64_t in) {
    Dense layer(out, in);
    const std::vector<float>& values = model.shared.at(name);
    layer.weight.assign(values.begin(), values.end());
    return layer;
  }

  const model::GridPlan& plan_;
  std::vector<Dense> layers_;  // their biases have U_l w in them
  Dense rgb_;
  Plane colours_;
};

}  // namespace

std::unique_ptr<ReferenceFunction> reference_of_latent(const InrModel& model, std::span<const float> theta,
                                                       const model::GridPlan& plan) {
  return std::make_unique<Latent>(model, theta, plan);
}

}  // namespace inr::render::decoders
