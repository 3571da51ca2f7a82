// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What a training run would be, without running it: sizes, memory, disk, the first batch.
#pragma once
#include <cstdint>
#include <ostream>

#include "dataset/dataset.hpp"
#include "gan/train_step.hpp"
#include "model/config.hpp"

namespace inr::gan {

/// Memory of one process of a run, in bytes: of rank 0, which alone holds the moving average. Activations are an
/// estimate within about a third, the others exact.
struct MemoryEstimate {
  int64_t weights = 0;      // G, its moving average and D
  int64_t moments = 0;      // of Adam, gradients, and the copy of D that a failing iteration goes back to
  int64_t activations = 0;  // the larger of the D step and the G step
  int64_t pictures = 0;     // batches read ahead, and the one in use
  [[nodiscard]] int64_t total() const { return weights + moments + activations + pictures; }
};
/// n_images: of the batch, in this process.
MemoryEstimate estimate_memory(const model::Config& config, const StepOptions& options, int64_t n_images,
                               int loader_threads);

/// Bytes of the tensors of a checkpoint that can be resumed.
int64_t checkpoint_bytes(const model::Config& config);

/// Prints the numbers of parameters, the memory, what the checkpoints take (keep of them; 0: all), and the shapes of a
/// first batch, which is read from the dataset where there is one. Throws what reading the dataset throws.
void describe_run(std::ostream& out, const model::Config& config, const StepOptions& options, int n_processes,
                  int loader_threads, int64_t keep, const dataset::DatasetReader* dataset);

}  // namespace inr::gan
