// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/discriminator.hpp"

#include <cmath>
#include <numbers>

#include "base/error.hpp"
#include "gan/blur.hpp"
#include "gan/convolution.hpp"
#include "gan/hypernetwork.hpp"
#include "parallel/shard.hpp"

namespace inr::gan {
namespace {

constexpr double kSlope = 0.2;
constexpr double kHalfPower = std::numbers::sqrt2 / 2;
constexpr double kStdEpsilon = 1e-8;

/// gain W / sqrt(fan_in).
at::Tensor equalised(const at::Tensor& weight, double gain = 1) {
  return weight * (gain / std::sqrt(static_cast<double>(weight[0].numel())));
}

/// gain sqrt 2 leaky(W x + b). The factor goes into W and b, which are small: leaky(g x) = g leaky(x) for g > 0.
at::Tensor conv_activate(const field::TensorMap& w, const std::string& name, const at::Tensor& x, int64_t stride,
                         int64_t pad, double gain = 1) {
  const double factor = gain * std::numbers::sqrt2;
  at::Tensor y = convolve(x, equalised(w.at(name + ".weight"), factor), w.at(name + ".bias") * factor, stride, pad);
  return at::leaky_relu_(y, kSlope);
}

/// Appends one channel: the mean over channels and positions of the group's biased standard deviation. Image n is in
/// group n mod (N / G).
at::Tensor append_minibatch_std(const at::Tensor& x) {
  const int64_t n = x.size(0);
  const int64_t group = std::min(parallel::kGroupSize, n);
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

at::Tensor linear(const field::TensorMap& w, const std::string& name, const at::Tensor& x, double gain = 1) {
  return at::addmm(w.at(name + ".bias") * gain, x, equalised(w.at(name + ".weight"), gain).t());
}

}  // namespace

field::TensorMap initial_discriminator(const model::DiscriminatorConfig& config, int64_t resolution, uint64_t seed) {
  return draw_tensors(model::discriminator_tensors(config, resolution), seed, "d.");
}

at::Tensor discriminate(const field::TensorMap& w, const at::Tensor& images) {
  at::Tensor x = conv_activate(w, "rgb", images.contiguous(at::MemoryFormat::ChannelsLast), 1, 0);
  for (int64_t r = images.size(2); r > 4; r /= 2) {
    const std::string name = std::to_string(r);
    if (!w.contains(name + ".skip.weight")) {
      throw base::DataError("discriminator",
                            "has no layers for images of " + std::to_string(images.size(2)) + " pixels");
    }
    // (out + skip) / sqrt 2, the factor again inside.
    const at::Tensor y = conv_activate(w, name + ".conv0", x, 1, 1);
    const at::Tensor out = conv_activate(w, name + ".conv1", blur(y, Blur::kWiden), 2, 0, kHalfPower);
    at::Tensor skip =
        convolve(blur(x, Blur::kHalve), equalised(w.at(name + ".skip.weight"), kHalfPower), std::nullopt, 1, 0);
    x = skip.add_(out);
  }
  x = conv_activate(w, "last.conv", append_minibatch_std(x), 1, 1);
  x = linear(w, "last.fc0", x.flatten(1), std::numbers::sqrt2);
  return linear(w, "last.fc1", at::leaky_relu_(x, kSlope));
}

}  // namespace inr::gan
