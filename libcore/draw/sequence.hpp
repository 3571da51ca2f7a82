// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Drawing pictures one after another, as many at a time as memory and threads allow, written in order.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "draw/draw_options.hpp"
#include "draw/picture_job.hpp"
#include "draw/record_source.hpp"
#include "draw/request.hpp"
#include "draw/sequence_writer.hpp"

namespace inr::draw {

/// Gives the next picture; false at the end. May throw: what came before is drawn first, then that is thrown on.
using NextPicture = std::function<bool(PictureJob&)>;

/// One picture for every record. records and options must outlive the result.
NextPicture pictures_of_records(const Request& request, RecordSource& records, const DrawOptions& options);
/// The frames of a film of the first record; then the rest of the input is read and checked.
NextPicture pictures_of_film(const Request& request, RecordSource& records, const DrawOptions& options);

/// Draws all pictures into writer and finishes it. total: for the progress, 0 = unknown. Returns their number. Throws
/// DataError where there are none, and what next, writer and progress throw.
uint64_t draw_sequence(const NextPicture& next, SequenceWriter& writer, const DrawOptions& options, uint64_t total);

/// The whole way of a sequence (is_sequence()) from records to an output. pattern: numbered files instead of open.
void draw_pictures(const Request& request, RecordSource& records, const std::optional<FramePattern>& pattern,
                   const OpenOutput& open, const DrawOptions& options);

}  // namespace inr::draw
