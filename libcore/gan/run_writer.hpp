// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What a run leaves behind: RUN/log.jsonl, samples, scores, checkpoints. Of several processes only rank 0 has one.
// A log line, sample or periodic checkpoint that cannot be written (disk full) is a warning and a line of the log:
// training goes on, and the next checkpoint is tried again. The last checkpoint of a run is not forgiven.
//
// Room: checkpoints beyond `keep` go before the next one is written, and where the disk has no room for one more, the
// oldest of the `keep` goes too, so that after the write `keep` are there again. The newest that is whole always stays.
#pragma once
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "gan/checkpoint.hpp"
#include "gan/trainer.hpp"
#include "runs/run_log.hpp"

namespace inr::gan {

/// Tries, before anything is trained, whether all that RunWriter will write can be written (a folder in the way, a
/// link that points nowhere, a file system that is read-only), and changes nothing. The folder is there, as RunLock
/// makes it. Throws SystemError.
void require_writable_run(const TrainerOptions& options, const model::Config& config);

class RunWriter {
 public:
  /// options and config must outlive the writer. Warns where the disk has no room for a checkpoint. Throws SystemError
  /// where the log cannot be opened.
  RunWriter(const TrainerOptions& options, const model::Config& config, const TrainState& start, base::Json provenance);

  /// One line of the log.
  void log(const base::Json& line);
  /// RUN/samples/ITERATION.png of the moving average; once an iteration.
  void samples(const TrainState& state);
  /// The score of the moving average; the best one's checkpoint goes to RUN/best.safetensors. A score that fails is a
  /// warning.
  void score(const TrainState& state);
  /// What belongs to the checkpoint that was resumed from and is not there: the run was killed between the two.
  void make_up(const TrainState& state, bool sample_due, bool score_due);
  /// RUN/checkpoint-ITERATION.safetensors, and the removal of the oldest; nothing where the state is saved already.
  /// Files that are no checkpoint which this program reads are never removed, nor is the one that a symbolic link
  /// RUN/best.safetensors points at. last: throws SystemError where it cannot be written.
  void checkpoint(const TrainState& state, bool last);

  /// Path of the newest checkpoint written or resumed from; empty: none.
  [[nodiscard]] const std::string& newest() const noexcept { return newest_; }
  [[nodiscard]] std::optional<double> best_score() const noexcept { return best_score_; }

 private:
  [[nodiscard]] bool has_score(int64_t iteration) const;
  void forgiving(const std::string& what, int64_t iteration, const std::function<void()>& write);
  std::optional<double> measure(const TrainState& state);
  /// False, after a warning, where it could not be written.
  bool save_best(const TrainState& state, double score);
  void write_with_room(int64_t iteration, int64_t n_kept, const std::function<void()>& write);
  [[nodiscard]] size_t remove_oldest(int64_t iteration, int64_t n_kept) const;

  const TrainerOptions& options_;
  const model::Config& config_;
  base::Json provenance_;
  runs::RunLog log_;
  int64_t saved_at_ = -1;
  std::string newest_, samples_;
  std::optional<double> best_score_;
  std::set<std::string> failed_;  // what has been warned about; of checkpoints each one
};

}  // namespace inr::gan
