// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The decoders latent and hyper (model.md, section 3) against their equations, written out point by point in double;
// gradients of all decoders against finite differences.
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <functional>
#include <vector>

#include "field/function.hpp"
#include "support/small_tensors.hpp"
#include "support/test.hpp"

using namespace inr;

namespace {

using Vector = std::vector<double>;

struct Matrix {
  size_t rows = 0, columns = 0;
  Vector values;  // row-major
};

Vector times(const Matrix& m, const Vector& x) {
  BOOST_REQUIRE(m.columns == x.size());
  Vector y(m.rows, 0.0);
  for (size_t i = 0; i < m.rows; ++i) {
    for (size_t j = 0; j < m.columns; ++j) y[i] += m.values[i * m.columns + j] * x[j];
  }
  return y;
}

Vector relu_of_sum(const Vector& a, const Vector& b, const Vector& bias, double bias_scale) {
  Vector y(a.size());
  for (size_t i = 0; i < y.size(); ++i) y[i] = std::max(0.0, a[i] + b[i] + bias_scale * bias[i]);
  return y;
}

// One image: a point to three colours, before tanh.
using Plain = std::function<Vector(double x, double y)>;

// x_0 = relu(W_0 p + U_0 w + s_b b_0),  x_l = relu(W_l x_{l-1} + U_l w + s_b b_l),  rgb = W_rgb x + b_rgb.
Plain plain_latent(const model::ModelConfig& config, const base::Safetensors& shared, const std::vector<float>& theta) {
  const auto matrix = [&shared](const std::string& name) {
    const base::TensorInfo& info = shared.at(name);
    const std::vector<float> values = shared.read_f32(name);
    return Matrix{static_cast<size_t>(info.shape[0]),
                  info.shape.size() < 2 ? 1 : static_cast<size_t>(info.shape[1]),
                  {values.begin(), values.end()}};
  };
  const Vector w(theta.begin(), theta.end());
  BOOST_REQUIRE(static_cast<int64_t>(w.size()) == config.w_dim);
  return [=, n_layers = config.blocks.front().layers](double px, double py) {
    Vector x = {px, py};
    for (int64_t l = 0; l < n_layers; ++l) {
      const std::string name = "inr.0." + std::to_string(l);
      const Matrix weight = matrix(name + ".shared");
      const Matrix latent = matrix(name + ".latent");
      const double s_w = std::sqrt(2.0 / static_cast<double>(weight.columns + latent.columns));
      x = relu_of_sum(times(weight, x), times(latent, w), matrix(name + ".shared_bias").values, 0.2 * s_w);
    }
    Vector rgb = times(matrix("inr.0.rgb.shared"), x);
    const Vector bias = matrix("inr.0.rgb.bias").values;
    for (size_t c = 0; c < 3; ++c) rgb[c] += bias[c];
    return rgb;
  };
}

// One block of plain hypernetwork layers, W = s_w theta_W, b = s_b theta_b: 2 -> d, d -> d ..., d -> 3.
Plain plain_hyper(const model::ModelConfig& config, const std::vector<float>& theta) {
  const auto d = static_cast<size_t>(config.blocks.front().width);
  return [=, n_layers = config.blocks.front().layers](double px, double py) {
    size_t at = 0;
    const auto take = [&](size_t n, double scale) {
      Vector out(n);
      for (double& value : out) value = scale * static_cast<double>(theta[at++]);
      return out;
    };
    Vector x = {px, py};
    for (int64_t l = 0; l <= n_layers; ++l) {
      const bool last = l == n_layers;
      const size_t in = x.size();
      const size_t out = last ? 3 : d;
      const double s_w = std::sqrt(2.0 / static_cast<double>(in));
      const Matrix weight{out, in, take(out * in, s_w)};
      const Vector bias = take(out, 0.2 * s_w);
      const Vector zero(out, 0.0);
      if (last) {
        Vector rgb = times(weight, x);
        for (size_t c = 0; c < 3; ++c) rgb[c] += bias[c];
        BOOST_REQUIRE(at == theta.size());
        return rgb;
      }
      x = relu_of_sum(times(weight, x), zero, bias, 1);
    }
    return x;
  };
}

Plain plain(const model::ModelConfig& config, const base::Safetensors& shared, const std::vector<float>& theta) {
  return config.decoder == model::Decoder::kLatent ? plain_latent(config, shared, theta) : plain_hyper(config, theta);
}

at::Tensor to_double(const std::vector<float>& values) {
  return at::tensor(at::ArrayRef<float>(values), at::kFloat).to(at::kDouble);
}

// Two images in float64 against the equations at every pixel's point, quantised to the grid R_x x R_y by floor.
void check_image(model::Decoder decoder, const model::GridRequest& request, double resolution_x, double resolution_y) {
  const model::ModelConfig config = test::small_decoder(decoder);
  const auto inr_model = test::make_small_model(config);
  const base::Safetensors shared = test::small_shared(config);
  const std::vector<std::vector<float>> thetas = {test::random_theta(config, 3), test::random_theta(config, 4)};
  const at::Tensor theta = at::stack({to_double(thetas[0]), to_double(thetas[1])});
  const at::Tensor got = field::decode(config, inr_model->layout, test::tensors_of(*inr_model, at::kDouble), theta,
                                       model::plan_grid(config, request));  // [2, 3, H, W]
  BOOST_REQUIRE((got.sizes() == at::IntArrayRef{2, 3, request.height, request.width}));
  double worst = 0;
  double spread = 0;
  const auto image = got.accessor<double, 4>();
  for (int64_t n = 0; n < 2; ++n) {
    const Plain function = plain(config, shared, thetas[static_cast<size_t>(n)]);
    for (int64_t i = 0; i < request.height; ++i) {
      for (int64_t j = 0; j < request.width; ++j) {
        const model::Window& window = request.window;
        const double x =
            window.x0 + static_cast<double>(j) * (window.x1 - window.x0) / static_cast<double>(request.width);
        const double y =
            window.y0 + static_cast<double>(i) * (window.y1 - window.y0) / static_cast<double>(request.height);
        const Vector rgb = function(std::floor(x * resolution_x + 1e-6) / resolution_x,
                                    std::floor(y * resolution_y + 1e-6) / resolution_y);
        for (size_t c = 0; c < 3; ++c) {
          worst = std::max(worst, std::abs(std::tanh(rgb[c]) - image[n][static_cast<int64_t>(c)][i][j]));
          spread = std::max(spread, std::abs(image[n][static_cast<int64_t>(c)][i][j] - image[0][0][0][0]));
        }
      }
    }
  }
  BOOST_TEST(worst <= 1e-12);
  BOOST_TEST(spread > 0.1);  // no constant
}

BOOST_AUTO_TEST_SUITE(decoders_against_their_equations)

BOOST_AUTO_TEST_CASE(images_windows_and_denser_grids) {
  for (const model::Decoder decoder : {model::Decoder::kLatent, model::Decoder::kHyper}) {
    BOOST_TEST_CONTEXT(model::to_string(decoder)) {
      check_image(decoder, {{}, 16, 16}, 16, 16);
      check_image(decoder, {{}, 32, 32}, 32, 32);
      check_image(decoder, {{}, 8, 8}, 8, 8);
      check_image(decoder, {{-0.5, 0.25, 1.5, 0.75}, 20, 12}, 10, 24);
      check_image(decoder, {{0.1, 0.2, 0.4, 0.9}, 9, 7, model::Cells::kTraining}, 16, 16);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_decoder_has_a_row_and_an_evaluation) {
  for (const model::DecoderRow& row : model::decoder_rows()) {
    BOOST_TEST_CONTEXT(row.name) {
      const model::ModelConfig config = test::small_decoder(row.decoder);
      model::validate(config, "a test");
      const auto inr_model = test::make_small_model(config);
      const at::Tensor theta = to_double(test::random_theta(config, 1)).to(at::kFloat).unsqueeze(0);
      const at::Tensor image = field::decode(config, inr_model->layout, test::tensors_of(*inr_model), theta,
                                             model::plan_grid(config, {{}, 16, 16}));
      BOOST_TEST((row.style || image.abs().max().item<double>() <= 1));  // without tanh there is no limit
      BOOST_TEST(image.std().item<double>() > 0.01);
      const at::Tensor shorter = theta.narrow(1, 0, theta.size(1) - 1);
      BOOST_CHECK_THROW(field::make_function(config, inr_model->layout, test::tensors_of(*inr_model), shorter),
                        c10::Error);
    }
  }
}

// d/ds f(all weights + s v) at s = 0, for a random direction v of one tensor at a time.
BOOST_AUTO_TEST_CASE(gradients_are_those_of_finite_differences) {
  constexpr double kStep = 1e-6;
  for (const model::DecoderRow& row : model::decoder_rows()) {
    const model::ModelConfig config = test::small_decoder(row.decoder);
    const auto inr_model = test::make_small_model(config);
    field::TensorMap leaves = test::tensors_of(*inr_model, at::kDouble);
    leaves["theta"] = at::stack({to_double(test::random_theta(config, 3)), to_double(test::random_theta(config, 4))});
    const model::GridPlan plan = model::plan_grid(config, {{}, 16, 16});
    const at::Tensor mix = at::sin(at::arange(2 * 3 * 16 * 16, at::kDouble) * 0.7).reshape({2, 3, 16, 16});
    const auto f = [&](const field::TensorMap& map) {
      return (field::decode(config, inr_model->layout, map, map.at("theta"), plan) * mix).sum();
    };
    field::TensorMap traced;
    std::vector<at::Tensor> inputs;
    for (const auto& [name, tensor] : leaves) inputs.push_back(traced[name] = tensor.clone().requires_grad_(true));
    const std::vector<at::Tensor> grads = torch::autograd::grad({f(traced)}, inputs);
    size_t i = 0;
    for (const auto& [name, tensor] : leaves) {
      const at::Tensor direction = at::cos(at::arange(tensor.numel(), at::kDouble) * 1.3).reshape(tensor.sizes());
      const auto moved = [&](double s) {
        field::TensorMap map = leaves;
        map[name] = tensor + s * direction;
        return f(map).item<double>();
      };
      const double want = (moved(kStep) - moved(-kStep)) / (2 * kStep);
      const double got = (grads[i++] * direction).sum().item<double>();
      BOOST_TEST_CONTEXT(row.name << " " << name) {
        BOOST_TEST(std::abs(got - want) <= 1e-5 * (std::abs(want) + 1e-3));
        BOOST_TEST(std::abs(want) > 1e-6);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
