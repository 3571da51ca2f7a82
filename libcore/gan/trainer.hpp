// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The training loop: batches in, steps, and a run folder that always holds a whole state:
//   RUN/checkpoint-000001500.safetensors   RUN/best.safetensors   RUN/log.jsonl   RUN/samples/000001500.png
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "dataset/dataset.hpp"
#include "gan/checkpoint.hpp"
#include "gan/train_step.hpp"
#include "parallel/group.hpp"

namespace inr::gan {

struct TrainerOptions {
  std::string run;                  // the folder, as runs::RunLock makes it
  int64_t checkpoint_every = 1000;  // iterations; one more is written at the end and on interruption
  int64_t keep = 3;                 // newest checkpoints kept; 0 keeps all
  int64_t sample_every = 500;       // iterations between sample grids
  int64_t log_every = 50;           // iterations between log lines
  int64_t score_every = 0;          // iterations between scores; 0 = none
  double duration_s = 0;            // stop as if interrupted so many seconds after `started`; 0 = no limit
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
  int loader_threads = 1;
  StepOptions step;
  at::Device device = at::kCPU;
  std::function<bool()> stop;  // asked between steps
  /// Smaller is better. Handed down by the tool, since scores live above this folder. What it throws is a warning.
  std::function<double(const model::Config&, const field::TensorMap& ema)> score;
  int64_t score_samples = 1000;  // that it takes: scores of other numbers are not compared
};

struct TrainResult {
  int64_t iteration = 0;
  bool interrupted = false;  // stop() or duration; a resume continues
  std::string checkpoint;    // the last one written; empty in ranks other than 0
  std::optional<double> best_score;
};

/// A fresh run, or the continuation of one (start.state, the same in every process of the group). N iterations, a stop,
/// a resume and M iterations give the same tensors as N + M at the same number of threads and processes. Ends with
/// group.close(). Throws DataError (the dataset does not fit; a picture cannot be read, or a loss or gradient is not
/// finite: the state of before that iteration is then the newest checkpoint; the last iterations were all skipped) and
/// SystemError.
TrainResult train(LoadedRun start, const dataset::DatasetReader& dataset, const TrainerOptions& options,
                  parallel::Group& group);

}  // namespace inr::gan
