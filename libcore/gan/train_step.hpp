// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// One iteration of training: a D step, a G step, the moving average (model.md, section 6). Knows nothing of files.
#pragma once
#include <cstdint>

#include "field/tensor_map.hpp"
#include "gan/adam.hpp"
#include "model/config.hpp"
#include "model/grid.hpp"

namespace inr::gan {

/// Everything that training changes; what a checkpoint stores.
struct TrainState {
  field::TensorMap g, ema, d;
  AdamState adam_g, adam_d;
  int64_t iteration = 0;
  int64_t images = 0;
  double seconds = 0;  // of training so far, over all runs
};

/// A fresh start: EMA = G, Adam zero.
TrainState initial_state(const model::Config& config);

/// What one iteration reports. Losses as in the paper; norms are of the averaged gradients.
struct StepReport {
  double loss_d = 0, loss_d_real = 0, loss_d_fake = 0;
  double r1 = 0;  // mean squared norm of dD(real)/dreal, without its weight; NaN where this step had none (lazy R1)
  double loss_g = 0;
  double logits_real = 0, logits_fake = 0;
  double grad_norm_d = 0, grad_norm_hypernet = 0, grad_norm_shared = 0;
};

/// The fixed part of training: configuration, layout of theta, the native grid.
class TrainStep {
 public:
  explicit TrainStep(const model::Config& config);

  /// reals [N, 3, R, R] in [-1, 1]; z_d and z_g [N, z_dim], fresh latents of the two steps. Updates state in place.
  /// Throws base::DataError where a loss or a gradient norm is not finite, before the weights of that step are touched.
  StepReport run(TrainState& state, const at::Tensor& reals, const at::Tensor& z_d, const at::Tensor& z_g) const;

  /// Images [N, 3, R, R] of a set of generator weights at the training resolution.
  [[nodiscard]] at::Tensor generate(const field::TensorMap& weights, const at::Tensor& z) const;

 private:
  void step_d(TrainState& state, const at::Tensor& reals, const at::Tensor& fakes, StepReport& report) const;
  void step_g(TrainState& state, const at::Tensor& z, StepReport& report) const;
  [[nodiscard]] double ema_decay(int64_t images) const;

  model::Config config_;
  model::ThetaLayout layout_;
  model::GridPlan plan_;
};

}  // namespace inr::gan
