// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// How a training run begins: fresh from a configuration, or from what its folder already holds.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gan/checkpoint.hpp"
#include "parallel/group.hpp"
#include "store/dataset.hpp"

namespace inr::gan {

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
};

/// The state to train from. A resumed run keeps its configuration; settings and iterations may change its training
/// part, not its networks. Without preset and config_file a fresh run takes the tiny preset of the dataset's size.
/// init: G, its moving average and (where it is there and fits) D come from a checkpoint, and without preset and
/// config_file the configuration too; moments and counters start at zero.
/// dataset may be null where nothing will be trained. Throws UsageError, DataError (a fresh start in a folder that
/// holds checkpoints).
LoadedRun start_run(const StartOptions& options, const store::DatasetReader* dataset);

/// The checks of a fresh start_run() without its work: throws what that would throw of options, configuration and
/// dataset.
void check_start(const StartOptions& options, const store::DatasetReader* dataset);

/// The configuration that start_run() would train, from a fresh start or the checkpoint to resume.
model::Config planned_config(const StartOptions& options, const store::DatasetReader* dataset);

/// Gives every process of a group the run of rank 0. Collective; on other ranks run is only written.
void share_run(LoadedRun& run, parallel::Group& group);

/// What a checkpoint says of its origin: dataset, recipe, content hash, program version, command.
base::Json make_provenance(const store::DatasetReader* dataset, const std::string& program, const std::string& command);

}  // namespace inr::gan
