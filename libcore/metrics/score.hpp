// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A score that is quick enough to be taken during training, to keep the best checkpoint: the Frechet distance by the
// built-in random network, with the same resize and arithmetic as inr-fid's, between all (or the first) pictures of a
// dataset and some hundreds of samples. It ranks the checkpoints of one run as long as the number of samples and their
// latents stay the same.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <string>

#include "metrics/feature_network.hpp"
#include "metrics/feature_stats.hpp"

namespace inr::metrics {

struct QuickScoreOptions {
  int64_t n_real = 5000;  // at most so many pictures of the dataset, evenly spread over it
  int64_t n_fake = 1000;  // more than the network's 256 features
  int64_t batch = 32;     // samples drawn at a time
  int n_threads = 0;      // 0: one per core
};

/// Gives samples first .. first + n - 1: uint8 [n, 3, R, R] on the CPU, always the same latents for the same numbers.
using SampleImages = std::function<at::Tensor(int64_t first, int64_t n)>;

/// Measures the dataset once, when made, then scores as often as asked. Not safe for several threads at once.
class QuickScore {
 public:
  /// dataset: path of a dataset (any pictures that inr-fid reads). Throws DataError, SystemError; DataError where there
  /// are no more pictures than features.
  explicit QuickScore(const std::string& dataset, const QuickScoreOptions& options = {});
  /// The distance, lower is better. Throws DataError on images of another form, and what images throws.
  [[nodiscard]] double operator()(const SampleImages& images) const;
  /// "FD-random", for logs.
  [[nodiscard]] std::string name() const { return network_->score_name(); }

 private:
  QuickScoreOptions options_;
  std::unique_ptr<FeatureNetwork> network_;
  Statistics real_;
};

/// Row i of uint8 [N, 3, H, W] as a picture. Throws DataError where the tensor has another form.
image::Image to_image(const at::Tensor& images_u8, int64_t i);

}  // namespace inr::metrics
