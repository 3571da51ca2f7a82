// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What must be known of a terminal to draw a picture on it: found out by cli (terminal.hpp), used by image.
#pragma once
#include <cstdint>

namespace inr::base {

/// How a picture gets there: as text, every character cell two pixels; by kitty's graphics protocol; as sixels.
enum class Graphics { kBlocks, kKitty, kSixel };
/// Colours of text: 24 bit; the 256 of xterm; none (a picture is then characters of growing density).
enum class TextColours { kTrue, kPalette, kNone };

struct TerminalView {
  Graphics graphics = Graphics::kBlocks;
  TextColours colours = TextColours::kTrue;
  int64_t columns = 80, lines = 24;                ///< positive
  int64_t cell_width_px = 8, cell_height_px = 16;  ///< of a character cell, positive
  bool cell_size_known = false;                    ///< else the two above are a guess
  bool moves = true;                               ///< understands movements of the cursor (TERM=dumb does not)
};

}  // namespace inr::base
