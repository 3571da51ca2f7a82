// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// One iteration of training: a D step, a G step, the moving average (model.md, section 6). Knows nothing of files.
//
// A batch may be worked on in parts (StepOptions::micro_batch) and may be spread over the processes of a group: the
// gradients are those of the whole batch in both cases, to the order of summation.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "field/decoder.hpp"
#include "field/tensor_map.hpp"
#include "gan/adam.hpp"
#include "gan/phases.hpp"
#include "model/config.hpp"
#include "model/grid.hpp"
#include "parallel/group.hpp"

namespace inr::gan {

/// Everything that training changes; what a checkpoint stores. ema is empty in processes that keep none.
struct TrainState {
  field::TensorMap g, ema, d;
  AdamState adam_g, adam_d;
  int64_t iteration = 0;
  int64_t images = 0;
  double seconds = 0;  // of training so far, over all runs
};

/// A fresh start: EMA = G, Adam zero.
TrainState initial_state(const model::Config& config);

/// What one iteration reports. Losses as in the paper, of the whole batch; norms are of the averaged gradients.
struct StepReport {
  double loss_d = 0, loss_d_real = 0, loss_d_fake = 0;
  double r1 = 0;  // mean squared norm of dD(real)/dreal, without its weight; NaN where this step had none (lazy R1)
  double loss_g = 0;
  double logits_real = 0, logits_fake = 0;
  double grad_norm_d = 0, grad_norm_hypernet = 0, grad_norm_shared = 0;
  double worst_difference = 0;  // kernel check: largest |fast - reference| of a value of the images
  PhaseSeconds seconds;
  std::string fault;  // what was not finite ("the loss of D"); empty: nothing
};

struct StepOptions {
  /// Images worked on at once, for less memory; 0: all. G takes any number, D whole groups of the minibatch standard
  /// deviation (at least 4 images). Fewer than the batch cost one more pass of G.
  int64_t micro_batch = 0;
  /// What to do where a loss or a gradient is not finite: leave that half of the iteration out (true), or restore the
  /// state of before the iteration (false). StepReport::fault says so in both cases.
  bool skip_non_finite = false;
  /// How images are evaluated. kCheck evaluates both ways: StepReport::worst_difference.
  field::Kernel kernel = field::Kernel::kFast;
};

/// The fixed part of training: configuration, layout of theta, the native grid.
class TrainStep {
 public:
  /// group must outlive this object; null: this process alone.
  explicit TrainStep(const model::Config& config, const StepOptions& options = {}, parallel::Group* group = nullptr);

  /// This process's share of the batch, n images whose groups of the minibatch standard deviation are whole
  /// (parallel/shard.hpp): reals [n, 3, R, R] in [-1, 1]; z_d and z_g [n, z_dim], fresh latents of the two steps.
  /// Updates state in place, with the same bits in every process.
  StepReport run(TrainState& state, const at::Tensor& reals, const at::Tensor& z_d, const at::Tensor& z_g) const;

  /// Images [N, 3, R, R] of a set of generator weights at the training resolution.
  [[nodiscard]] at::Tensor generate(const field::TensorMap& weights, const at::Tensor& z) const;

 private:
  bool step_d(TrainState& state, const at::Tensor& reals, const at::Tensor& fakes, StepReport& report) const;
  bool step_g(TrainState& state, const at::Tensor& z, StepReport& report) const;
  at::Tensor decode(const field::TensorMap& weights, const at::Tensor& theta, double* worst_difference = nullptr) const;
  at::Tensor generate_in_parts(const field::TensorMap& weights, const at::Tensor& z, StepReport& report) const;
  [[nodiscard]] int64_t part_of_g(int64_t n) const;
  [[nodiscard]] std::vector<at::Tensor> parts_of_d(int64_t n, at::Device device) const;
  /// dloss / dimages of the G step, [n, 3, R, R].
  at::Tensor image_slopes(const field::TensorMap& d, const at::Tensor& images, StepReport& report) const;
  bool update_g(TrainState& state, std::vector<at::Tensor> hypernet_gradients, std::vector<at::Tensor> shared_gradients,
                StepReport& report) const;
  /// Sends the gradients on their way to the mean over the group; nothing in a group of one.
  [[nodiscard]] std::optional<parallel::Averaging> start_average(const std::vector<at::Tensor>& gradients) const;
  [[nodiscard]] double ema_decay(int64_t images) const;

  model::Config config_;
  StepOptions options_;
  parallel::Group* group_;
  model::ThetaLayout layout_;
  model::GridPlan plan_;
};

}  // namespace inr::gan
