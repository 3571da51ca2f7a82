// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Checkpoint files (man page inr-checkpoint.5): opening one, what its head says, and which of a run folder's is the
// newest that is whole. What the tensors mean is up to those who read them (gan/checkpoint.hpp, sample/generator.hpp).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/safetensors.hpp"
#include "model/config.hpp"

namespace inr::runs {

/// metadata "format" and "version" of the checkpoints that this program writes and reads.
inline constexpr const char* kCheckpointFormat = "inr-gan checkpoint";
inline constexpr const char* kCheckpointVersion = "1";

/// Opens a file and checks that it is a checkpoint of a version that this program reads. Throws SystemError, and
/// DataError: not a checkpoint, one of the released INR-GAN code (with the way to import it), newer, or damaged.
base::Safetensors open_checkpoint(const std::string& path, base::Check check = base::Check::kAll);

/// Is the file empty, cut or damaged, so that nothing is lost with it? Zeros, as a power failure leaves them, are
/// damage; what is whole and not for this program to judge (newer, of unsupported types, a pickle) is not. Throws
/// SystemError where the file cannot be read.
bool is_cut_or_damaged(const std::string& path, base::Check check = base::Check::kAll);

/// A JSON document among the metadata; null where the key is absent. Throws DataError.
base::Json metadata_json(const base::Safetensors& file, const std::string& key);
/// metadata "config". Throws DataError.
model::Config read_config(const base::Safetensors& file);
/// progress[key], a count in 0 .. 2^60. Throws DataError naming where.
int64_t progress_count(const base::Json& progress, const char* key, const std::string& where);

/// The configuration alone, from the head of the file: its data are not checked.
model::Config load_config(const std::string& path);
/// What a checkpoint says of its origin, null where it says nothing; from the head as well.
base::Json checkpoint_provenance(const std::string& path);
/// How far it was trained, in iterations; 0 where it does not say; from the head as well.
int64_t checkpoint_progress(const std::string& path);

/// The checkpoints of a run folder by iteration, ascending: {iteration, path}. Only looks at names; none where there is
/// no such folder. Throws SystemError where it cannot be read.
std::vector<std::pair<int64_t, std::string>> list_checkpoints(const std::string& run);
/// The newest checkpoint of a run folder that is whole, opened. Damaged ones are skipped and
/// reported as errors, which --quiet leaves: what follows is of an older state than the names in the folder say.
std::optional<base::Safetensors> open_newest_checkpoint(const std::string& run);
/// Its path; empty where there is none.
std::string newest_checkpoint(const std::string& run);
/// A file as it is; a run folder's newest whole checkpoint. Throws DataError where there is none.
std::string resolve_checkpoint(const std::string& file_or_run);

}  // namespace inr::runs
