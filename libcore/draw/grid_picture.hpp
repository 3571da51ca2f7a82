// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// All records as cells of one picture, without gaps, written from the top while it is drawn.
#pragma once
#include <cstdint>

#include "draw/draw_options.hpp"
#include "draw/record_spool.hpp"
#include "draw/request.hpp"

namespace inr::draw {

/// Draws the records of the spool, at least one. request: complete, of one picture (not is_sequence()). Cells are
/// filled from the left, then downwards; missing ones are white. Memory: the parameters of one row of cells, and pixels
/// and features as options.memory_bytes says. Throws UsageError (sizes; JPEG above 65500 a side), DataError (records of
/// different sizes), what output and progress throw.
void draw_grid(const Request& request, RecordSpool& records, const OpenOutput& open, const DrawOptions& options);

/// The whole way from records to one picture: reads them all, since only then the layout is known. What was read of a
/// stream that turns out to be cut or damaged is drawn, then its StreamError is thrown on.
void draw_records(const Request& request, RecordSource& records, const OpenOutput& open, const DrawOptions& options);

}  // namespace inr::draw
