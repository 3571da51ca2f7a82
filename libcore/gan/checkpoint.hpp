// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Checkpoints (man page inr-checkpoint.5): the state of a training run, and the part of it that sampling needs.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "field/tensor_map.hpp"
#include "gan/train_step.hpp"
#include "model/checkpoint_name.hpp"
#include "model/config.hpp"

namespace inr::gan {

/// Writes ema. g. d. adam. (from any device), configuration, progress, seed and provenance, atomically.
void save_checkpoint(const std::string& path, const model::Config& config, const TrainState& state,
                     const base::Json& provenance);

struct LoadedRun {
  model::Config config;
  TrainState state;
  base::Json provenance;
  std::string path;                  // of the checkpoint; empty: a fresh start
  std::vector<std::string> damaged;  // later ones of the run's folder that are cut short or damaged
};
/// Everything that save_checkpoint wrote. Throws DataError where a set is missing (an exported model cannot be
/// resumed).
LoadedRun load_run(const std::string& path);
/// The same of runs::newest_checkpoint(), which is read once; nothing where there is none.
std::optional<LoadedRun> load_newest_run(const std::string& run);

/// All tensors of a state on a device; shares memory with those that are there already.
TrainState to_device(const TrainState& state, at::Device device);

/// The networks of a checkpoint, to start a new run from (fine-tuning).
struct LoadedNetworks {
  model::Config config;
  field::TensorMap g, ema;  // g = ema where the checkpoint was exported without training state
  field::TensorMap d;       // empty where there is none
};
/// Throws DataError where there is not even a generator.
LoadedNetworks load_networks(const std::string& path);

}  // namespace inr::gan
