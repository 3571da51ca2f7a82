// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Sets of pictures that a model draws: from a checkpoint by keys (seed, 0), (seed, 1), ..., or from the records of an
// INR stream. At the resolution of training, the same bytes as inr-sample | inr-render gives for these records; or
// twice as large, by a filter before the values are rounded to 8 bits, or by drawing the function on the denser grid as
// inr-render superres does.
#pragma once
#include <memory>
#include <string>

#include "metrics/picture_set.hpp"

namespace inr::metrics {

/// True for a folder that holds a run: its log, or its checkpoints. (Its sample grids are not a set of pictures.)
bool is_run_folder(const std::string& path);

/// path: a checkpoint, or a run folder (its newest whole checkpoint). pool as in open_picture_set(). Throws
/// SystemError, DataError.
std::unique_ptr<PictureSet> open_checkpoint_set(const std::string& path, const PictureSetOptions& options,
                                                base::WorkerPool& pool);

/// path: a file, or "-" for stdin (UsageError where that is a terminal). Streams that follow one another are read as
/// one set. Throws SystemError, DataError.
std::unique_ptr<PictureSet> open_stream_set(const std::string& path, Upsampling upsampling = Upsampling::kNone);

}  // namespace inr::metrics
