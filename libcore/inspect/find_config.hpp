// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A configuration from whatever a user names: a preset, a checkpoint, a run, a file of settings.
#pragma once
#include <string>

#include "model/named_config.hpp"

namespace inr::inspect {

/// A preset's name; else a *.json file with a configuration; else a checkpoint, whose metadata carry one, or the folder
/// of a run, whose newest whole checkpoint is taken. Throws
/// UsageError (neither a preset nor a file, listing the presets), SystemError, DataError.
model::NamedConfig find_config(const std::string& name_or_file);

}  // namespace inr::inspect
