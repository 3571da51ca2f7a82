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
  std::string path;  // of the checkpoint; empty: a fresh start
};
/// Everything that save_checkpoint wrote. Throws DataError where a set is missing (an exported model cannot be
/// resumed).
LoadedRun load_run(const std::string& path);
/// The same of newest_checkpoint(), which is read once; nothing where there is none.
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

/// The configuration alone, from the head of the file: its data are not checked.
model::Config load_config(const std::string& path);
/// What a checkpoint says of its origin, null where it says nothing; from the head as well.
base::Json checkpoint_provenance(const std::string& path);
/// How far it was trained; 0 where it does not say; from the head as well.
int64_t checkpoint_progress(const std::string& path);

/// A generator as sampling uses it: the ema. weights.
struct LoadedGenerator {
  model::Config config;
  field::TensorMap weights;          // hypernet.*, inr.*
  std::optional<at::Tensor> h_mean;  // [hidden]
  std::string model_hash;            // of names and values of the weights, 64 hex digits
  base::Json progress;               // null where the checkpoint has none
  base::Json provenance;
  std::string path;
};
LoadedGenerator load_generator(const std::string& path);

/// Only what sampling needs: ema. and h_mean, in float32 or float16 (half).
void export_generator(const LoadedGenerator& generator, const std::string& path, bool half);

using model::checkpoint_name;
/// The checkpoints of a run folder by iteration, ascending: {iteration, path}. Only looks at names; none where there is
/// no such folder. Throws SystemError where it cannot be read.
std::vector<std::pair<int64_t, std::string>> list_checkpoints(const std::string& run);
/// The newest checkpoint of a run folder that is whole; damaged ones are passed over with a warning. Empty where there
/// is none.
std::string newest_checkpoint(const std::string& run);
/// A file as it is; a run folder's newest whole checkpoint. Throws DataError where there is none.
std::string resolve_checkpoint(const std::string& file_or_run);

}  // namespace inr::gan
