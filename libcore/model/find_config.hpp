// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A configuration from whatever a user names: a preset, a checkpoint, a run, a file of settings.
#pragma once
#include <string>

#include "model/config.hpp"

namespace inr::model {

struct NamedConfig {
  std::string name;  // as given; of a run its checkpoint
  Config config;
};

/// A preset's name; else a *.json file with a configuration; else a checkpoint, whose metadata carry one, or the folder
/// of a run, whose newest whole checkpoint is taken. Throws
/// UsageError (neither a preset nor a file, listing the presets), SystemError, DataError.
NamedConfig find_config(const std::string& name_or_file);

}  // namespace inr::model
