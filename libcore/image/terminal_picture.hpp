// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Pictures as text for a terminal. Half blocks: every cell shows two pixels, the upper one as the colour of U+2580, the
// lower one as its background. kitty: a PNG in base64, in pieces of 4096 characters. Sixel: six rows at a time, in the
// 216 colours of a 6 x 6 x 6 cube with ordered dithering.
//
// A picture is made smaller until it fits the terminal, with one line left for the prompt; its aspect is kept, cells
// being taken for twice as high as wide. It is never enlarged as half blocks, where a pixel is half a cell. The other
// two enlarge a small picture by a whole factor, until a pixel is at most as wide as a cell, so that it is shown no
// smaller than half blocks would.
//
// What is written begins at the start of the cursor's line and leaves the cursor at the start of the line below the
// picture, with all attributes reset; every call of the sink is whole in that sense.
#pragma once
#include <cstdint>
#include <memory>

#include "base/terminal_view.hpp"
#include "image/row_writer.hpp"

namespace inr::image {

/// What a picture takes of a terminal: pixels, and the cells in which they are.
struct ShownSize {
  int64_t width = 0, height = 0, columns = 0, lines = 0;
  bool operator==(const ShownSize&) const = default;
};

/// The size at which a picture of width x height (positive, below 2^31) is shown: at most 4096 pixels per side.
ShownSize shown_size(const base::TerminalView& view, int64_t width, int64_t height) noexcept;

/// Draws a picture of size.width x size.height pixels. Half blocks go to the sink a line at a time, while rows come;
/// the others whole, in finish().
std::unique_ptr<RowWriter> make_shown_writer(const base::TerminalView& view, Sink sink, const ShownSize& size);

/// Draws a picture of any size, made to fit, in memory that depends on its width and the terminal alone.
std::unique_ptr<RowWriter> make_terminal_writer(const base::TerminalView& view, Sink sink, int64_t width,
                                                int64_t height);

}  // namespace inr::image
