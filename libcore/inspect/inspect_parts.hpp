// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The parts of inspect(), one per family of files. Internal to libcore/inspect.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/safetensors.hpp"
#include "inspect/inspect.hpp"
#include "model/config.hpp"

namespace inr::inspect::parts {

/// The state that a kind of fault stands for; kDamaged for those without a state of their own.
FileState state_of(base::Fault fault) noexcept;
/// A fault, and the state that its kind stands for.
void set_fault(Finding& finding, base::Fault fault, std::string_view message);
/// What a reader says of the file at path, without the path at the beginning of its message.
void set_fault(Finding& finding, const base::DataError& error, const std::string& path);
/// Not yet what it is to be: FileState::kBuilding.
void set_building(Finding& finding, std::string_view message);

/// "multiscale 32x32, fmm rank 3" and the like.
std::string model_line(const model::ModelConfig& config);
/// 12345678 -> "12.3 M"
std::string count_text(uint64_t n);
/// One keyword of ours or another's, as pictures carry them: the command, or details["text"].
void add_text(Finding& finding, const std::string& keyword, const std::string& text);
/// Are all values finite? Names the first tensor that is not, empty where all are.
std::string first_not_finite(const base::Safetensors& file);
base::Json tensor_list(const base::Safetensors& file);
/// config of an INR stream or checkpoint as details["config"], where asked for.
void add_config(Finding& finding, const base::Json& config, const InspectOptions& options);

Finding inspect_safetensors(const std::string& path, const InspectOptions& options);
Finding inspect_dataset(const std::string& path, const InspectOptions& options);
Finding inspect_picture(const std::string& path, std::span<const std::byte> start, const InspectOptions& options);
/// NAME.dzi and the tiles beside it; kNotOurs where the file describes none.
Finding inspect_pyramid(const std::string& path, const InspectOptions& options);
Finding inspect_npy(const std::string& path, const InspectOptions& options);
Finding inspect_zip(const std::string& path, const InspectOptions& options);
/// JSON lines (a log), or one JSON document (a configuration, a result).
Finding inspect_json(const std::string& path, const InspectOptions& options);
Finding inspect_folder(const std::string& path, const InspectOptions& options);

/// What a log says: lines, last values, best score, curves. Adds to details; false where the last line is cut.
bool read_log(const std::string& path, base::Json& details);

}  // namespace inr::inspect::parts
