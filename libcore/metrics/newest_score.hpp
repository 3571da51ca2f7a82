// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Scores that are kept: appended to a log, taken only where the log lacks them, the best one's checkpoint linked. Made
// to be started by cron over a run that is being trained: a checkpoint that is not there yet, or not any more, is no
// error.
#pragma once
#include <optional>
#include <string>

#include "metrics/evaluate.hpp"

namespace inr::metrics {

struct RecordOptions {
  std::string append;     // log of scores (score_log.hpp); empty: none
  bool if_newer = false;  // nothing is done where the newest checkpoint's score is there already
  bool best = false;      // the best checkpoint of a run is linked as RUN/best.safetensors
};

/// evaluate(), and what RecordOptions ask for. A record is the JSON of the evaluation and
///   "request"  all that a score depends on besides the model; two records compare where these are equal
///   "run"      the absolute path of the fake side
///   "best"     true where the checkpoint was linked, null without best
///   "time"     UTC, "2024-05-01T12:00:00Z"
/// The best is decided on all lines that compare, of whatever time and program, while nobody else appends.
/// With if_newer nothing is returned, one line says why, where the score is there already, another program holds the
/// lock, or the folder has no whole checkpoint (yet, or it vanished while it was read); a fake side that is not there,
/// or is neither a run nor a checkpoint of this version, is an error. Throws what evaluate() throws, and
/// UsageError where options do not go together.
/// tell is handed the result as soon as it is there, before anything is saved, appended or linked; what fails after
/// that is thrown when the rest was tried.
std::optional<Evaluation> evaluate_and_record(const EvaluateOptions& options, const RecordOptions& record,
                                              const Tell& tell = {});

}  // namespace inr::metrics
