// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The names of the checkpoints in a run folder.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inr::model {

/// "checkpoint-000001500.safetensors"
std::string checkpoint_name(int64_t iteration);
/// 1500 of the name above; nothing of any other file's.
std::optional<int64_t> checkpoint_iteration(std::string_view name);

}  // namespace inr::model
