// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/discriminator.hpp"

#include <cmath>

#include "base/error.hpp"
#include "gan/hypernetwork.hpp"

namespace inr::gan {
namespace {

constexpr double kSlope = 0.2;
constexpr double kStdEpsilon = 1e-8;
constexpr int64_t kMaxGroup = 4;

/// W / sqrt(fan_in).
at::Tensor equalised(const at::Tensor& weight) {
  return weight * (1 / std::sqrt(static_cast<double>(weight[0].numel())));
}

at::Tensor activate(const at::Tensor& x) { return at::leaky_relu(x, kSlope) * std::sqrt(2.0); }

at::Tensor conv_activate(const field::TensorMap& w, const std::string& name, const at::Tensor& x, int64_t stride,
                         int64_t pad) {
  return activate(at::conv2d(x, equalised(w.at(name + ".weight")), w.at(name + ".bias"), {stride, stride}, {pad, pad}));
}

/// The 1D operator of zero padding by `pad`, the filter [1, 3, 3, 1] / 8 and taking every `stride`-th value: [n_out,
/// n].
at::Tensor blur_matrix(int64_t n, int64_t pad, int64_t stride, const at::TensorOptions& options) {
  constexpr double kTaps[4] = {0.125, 0.375, 0.375, 0.125};
  const int64_t n_out = (n + 2 * pad - 4) / stride + 1;
  at::Tensor matrix = at::zeros({n_out, n}, at::kDouble);
  for (int64_t o = 0; o < n_out; ++o) {
    for (int64_t t = 0; t < 4; ++t) {
      const int64_t i = o * stride + t - pad;
      if (i >= 0 && i < n) matrix[o][i] += kTaps[t];
    }
  }
  return matrix.to(options);
}

/// Separable blur of [N, C, R, R] as two small banded products, which are cheap to differentiate twice.
at::Tensor blur(const at::Tensor& x, int64_t pad, int64_t stride) {
  const at::Tensor matrix = blur_matrix(x.size(2), pad, stride, x.options().requires_grad(false));
  return at::matmul(matrix, at::matmul(x, matrix.t()));
}

/// Appends one channel: the mean over channels and positions of the group's biased standard deviation. Image n is in
/// group n mod (N / G).
at::Tensor append_minibatch_std(const at::Tensor& x) {
  const int64_t n = x.size(0);
  const int64_t group = std::min(kMaxGroup, n);
  if (n % group != 0) {
    throw base::DataError("batch", "is " + std::to_string(n),
                          "the discriminator takes up to 4 images or a multiple of 4");
  }
  const at::Tensor grouped = x.reshape({group, n / group, x.size(1), x.size(2), x.size(3)});
  const at::Tensor centred = grouped - grouped.mean(0, true);
  const at::Tensor deviation = at::sqrt((centred * centred).mean(0) + kStdEpsilon);  // [N/G, C, 4, 4]
  const at::Tensor feature = deviation.mean({1, 2, 3}).repeat({group}).reshape({n, 1, 1, 1});
  return at::cat({x, feature.expand({n, 1, x.size(2), x.size(3)})}, 1);
}

at::Tensor linear(const field::TensorMap& w, const std::string& name, const at::Tensor& x) {
  return at::addmm(w.at(name + ".bias"), x, equalised(w.at(name + ".weight")).t());
}

}  // namespace

field::TensorMap initial_discriminator(const model::DiscriminatorConfig& config, int64_t resolution, uint64_t seed) {
  return draw_tensors(model::discriminator_tensors(config, resolution), seed, "d.");
}

at::Tensor discriminate(const field::TensorMap& w, const at::Tensor& images) {
  at::Tensor x = conv_activate(w, "rgb", images, 1, 0);
  for (int64_t r = images.size(2); r > 4; r /= 2) {
    const std::string name = std::to_string(r);
    if (!w.contains(name + ".skip.weight")) {
      throw base::DataError("discriminator",
                            "has no layers for images of " + std::to_string(images.size(2)) + " pixels");
    }
    at::Tensor y = conv_activate(w, name + ".conv0", x, 1, 1);
    y = conv_activate(w, name + ".conv1", blur(y, 2, 1), 2, 0);
    const at::Tensor skip = at::conv2d(blur(x, 1, 2), equalised(w.at(name + ".skip.weight")));
    x = (y + skip) * std::sqrt(0.5);
  }
  x = conv_activate(w, "last.conv", append_minibatch_std(x), 1, 1);
  x = activate(linear(w, "last.fc0", x.flatten(1)));
  return linear(w, "last.fc1", x);
}

}  // namespace inr::gan
