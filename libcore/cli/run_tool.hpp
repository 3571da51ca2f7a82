// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The edges of every tool in one place: parse, run, catch once, one line on stderr, exit status, stdout closed and
// checked.
#pragma once
#include <functional>

#include "base/error.hpp"
#include "cli/options.hpp"
#include "cli/tool_page.hpp"

namespace inr::cli {

/// Runs a tool and returns its exit status:
///
///   int main(int argc, char** argv) {
///     RenderOptions render;                                                       // plain struct with defaults
///     return inr::cli::run_tool(argc, argv, kPage,
///         [&](inr::cli::Options& options) { bind(options, render); },            // option table
///         [&] { return run(render); });                                          // open, loop, close, report
///   }
///
/// bind is called once, before the command line is read; body after it, not for --help and --version. Errors of any
/// kind end as one line "inr-render: WHERE: FAULT; WAY_OUT" on stderr: base::Error with its exit code, everything else
/// with 1. The message about wrong use ends in "; see inr-render --help". SIGPIPE is ignored while body runs so that it
/// can clean up; where the reader of stdout has gone (base::BrokenPipe), the tool then ends by SIGPIPE, without a word,
/// as Unix tools do (shells show 141). A failure to write or close stdout is exit status 1 whatever body returned. Adds
/// --quiet, --verbose, --help, --version and the hidden --print-man, --print-completion SHELL, --print-examples.
int run_tool(int argc, char** argv, const ToolPage& page, const std::function<void(Options&)>& bind,
             const std::function<base::ExitCode()>& body);

/// "0.1.0"
const char* version() noexcept;

/// The command line that started this tool, quoted for a shell: "inr-render --res 512 'my file'". For metadata.
/// Valid from bind on.
const std::string& command_line() noexcept;

}  // namespace inr::cli
