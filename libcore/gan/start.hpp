// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// How a training run begins: fresh from a configuration, or from what its folder already holds.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dataset/dataset.hpp"
#include "gan/checkpoint.hpp"

namespace inr::gan {

inline constexpr uint64_t kMaxConfigBytes = uint64_t{1} << 24;  // of a configuration file

struct StartOptions {
  std::string run;     // -o
  std::string preset;  // one of preset and config_file, or neither
  std::string config_file;
  std::vector<std::string> settings;  // key=value, applied last
  std::string lr_preset;              // released, main, appendix; empty: none
  std::optional<int64_t> iterations;
  std::optional<uint64_t> seed;
  std::string init;    // a checkpoint whose networks a fresh run starts from; empty: random weights
  std::string resume;  // empty: a fresh run; "auto": newest whole checkpoint, if any; else a file
  /// On what the bits depend (threads, processes, device), to be compared with what the provenance of a resumed
  /// checkpoint says of the same keys.
  base::Json machine = base::Json::object();
};

/// The state to train from. A resumed run keeps its configuration; settings and iterations may change its training
/// part, not its networks: preset, config_file and settings together must give those of the run.
/// Without preset and config_file a fresh run takes the tiny preset of the dataset's size. init: G, its moving average
/// and (where it is there and fits) D come from a checkpoint, and without preset and config_file the configuration too;
/// moments and counters start at zero. dataset may be null where nothing will be trained. Throws UsageError, DataError
/// (a fresh start in a folder that holds checkpoints or the best one of a run; --resume in one whose checkpoints can
/// none of them be read).
/// Nothing in the folder is changed. --resume never goes on below a checkpoint that is whole but not of this program.
/// --resume=FILE with nothing to do begins no other folder.
LoadedRun start_run(const StartOptions& options, const dataset::DatasetReader* dataset);

/// Renames the damaged checkpoints that --resume had to skip to NAME.damaged (or NAME.damaged.2 and so on), each with a
/// warning: their names will be written again. To be called once nothing can be refused any more. Throws SystemError.
void keep_damaged(const LoadedRun& run);

/// The checks of a fresh start_run() without its work: throws what that would throw of options, configuration and
/// dataset.
void check_start(const StartOptions& options, const dataset::DatasetReader* dataset);

/// The configuration that start_run() would train, from a fresh start or the checkpoint to resume (whose head alone is
/// read). Throws what that would throw of them.
model::Config planned_config(const StartOptions& options, const dataset::DatasetReader* dataset);

/// What a checkpoint says of its origin: dataset, recipe, content hash, program version, command.
base::Json make_provenance(const dataset::DatasetReader* dataset, const std::string& program,
                           const std::string& command);

}  // namespace inr::gan
