// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The texts that are made from a ToolPage and the option table: --help, man page, completions. Pure functions.
#pragma once
#include <string>

#include "cli/options.hpp"
#include "cli/tool_page.hpp"

namespace inr::cli {

/// Ends with the page's last example.
std::string help_text(const ToolPage& page, const Options& options);
/// man(7) source of NAME.1.
std::string man_text(const ToolPage& page, const Options& options, const std::string& version);
/// shell: bash, zsh or fish. Throws UsageError for another one.
std::string completion_text(const ToolPage& page, const Options& options, const std::string& shell);

/// "-o, --out FILE"; "STREAM..." for a positional.
std::string option_heading(const OptionEntry& entry);
/// The help text with its default and choices at the end.
std::string option_description(const OptionEntry& entry);
/// "STREAM..." in brackets unless required, for every positional, then "[OPTION...]": used where a page has no
/// synopsis.
std::vector<std::string> synopsis_lines(const ToolPage& page, const Options& options);

}  // namespace inr::cli
