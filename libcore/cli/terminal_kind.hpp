// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What a terminal can do, from the environment and from its own answers. Nothing here touches a terminal.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/terminal_view.hpp"

namespace inr::cli {

/// getenv, or what a test puts in its place; a null pointer where there is no such variable.
using Environment = std::function<const char*(const char* name)>;

/// "auto" (nothing), "blocks", "kitty", "sixel". Throws UsageError.
std::optional<base::Graphics> parse_graphics(std::string_view word);
/// The words of parse_graphics.
const std::vector<std::string>& graphics_words();

/// What the environment says: kitty's protocol in terminals known to have it; half blocks inside tmux and screen, which
/// keep pictures from the terminal, and where an unknown sequence would be seen (TERM=linux, dumb, none at all).
/// Nothing where the terminal has to be asked.
std::optional<base::Graphics> graphics_by_environment(const Environment& environment);

/// Colours of half blocks. None with $NO_COLOR and where TERM is dumb, vt... or not set; 24 bit where $COLORTERM says
/// truecolor or 24bit, or TERM names a terminal known for it; else the 256 of xterm.
base::TextColours colours_by_environment(const Environment& environment);

/// A positive number below 65536 in a variable ($COLUMNS, $LINES); else fallback.
int64_t size_by_environment(const Environment& environment, const char* name, int64_t fallback);

/// Two questions: may kitty's protocol be used (a query of one pixel), and the primary device attributes, which every
/// terminal answers, the second last. Should the first be seen as text, it is taken away again.
std::string_view graphics_question() noexcept;

/// What came back so far.
struct Answer {
  bool complete = false;  ///< the device attributes have come, nothing more will
  base::Graphics graphics = base::Graphics::kBlocks;
};
Answer read_answer(std::string_view text);

}  // namespace inr::cli
