// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The training loop: batches in, steps, and a run folder that always holds a whole state:
//   RUN/checkpoint-000001500.safetensors   RUN/best.safetensors   RUN/log.jsonl   RUN/samples/000001500.png
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "gan/checkpoint.hpp"
#include "store/dataset.hpp"

namespace inr::gan {

struct TrainerOptions {
  std::string run;                  // the folder; made where it is missing
  int64_t checkpoint_every = 1000;  // iterations; one more is written at the end and on interruption
  int64_t keep = 3;                 // newest checkpoints kept; 0 keeps all
  int64_t sample_every = 500;       // iterations between sample grids
  int64_t log_every = 50;           // iterations between log lines
  int64_t score_every = 0;          // iterations between scores; 0 = none
  double duration_s = 0;            // stop as if interrupted after this many seconds; 0 = no limit
  std::function<bool()> stop;       // asked between steps
  /// Smaller is better. Handed down by the tool, since scores live above this folder.
  std::function<double(const model::Config&, const field::TensorMap& ema)> score;
};

struct TrainResult {
  int64_t iteration = 0;
  bool interrupted = false;  // stop() or duration; a resume continues
  std::string checkpoint;    // the last one written
  std::optional<double> best_score;
};

/// A fresh run, or the continuation of one (start.state). N iterations, a stop, a resume and M iterations give the same
/// tensors as N + M at the same thread count. Throws DataError (dataset does not fit, loss not finite) and SystemError;
/// the newest checkpoint then stays.
TrainResult train(LoadedRun start, const store::DatasetReader& dataset, const TrainerOptions& options);

/// Holds RUN/lock as long as it lives, so that two trainers never write one run. Throws DataError where another holds
/// it.
class RunLock {
 public:
  explicit RunLock(const std::string& run);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace inr::gan
