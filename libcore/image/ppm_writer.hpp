// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A PPM written row by row: P6, maximum 255.
#pragma once
#include "image/row_writer.hpp"

namespace inr::image {

/// Sides are positive, else UsageError. PPM carries no text and has no options.
std::unique_ptr<RowWriter> make_ppm_writer(Sink sink, int64_t width, int64_t height, const TextChunks& text = {},
                                           const PictureOptions& options = {});

}  // namespace inr::image
