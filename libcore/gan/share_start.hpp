// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Several processes begin one run: the same pictures and options for all, and the state of rank 0.
#pragma once
#include <string>

#include "dataset/dataset.hpp"
#include "gan/checkpoint.hpp"
#include "gan/start.hpp"
#include "parallel/group.hpp"

namespace inr::gan {

/// What the options of a process say of the model and its training: equal text in processes that belong together.
/// Where files lie may differ. Throws what reading the configuration file throws.
std::string options_text(const StartOptions& options);

/// Compares content hash, size and options (options_text() and whatever else must agree) of all processes. Collective.
/// Throws DataError (other pictures) and UsageError (other options) in every process, naming two that differ.
void require_same_start(const dataset::DatasetReader& dataset, const std::string& options, parallel::Group& group);

/// Gives every process of a group the run of rank 0, but for the moving average, which rank 0 alone keeps and writes.
/// Collective; on other ranks run is only written.
void share_run(LoadedRun& run, parallel::Group& group);

}  // namespace inr::gan
