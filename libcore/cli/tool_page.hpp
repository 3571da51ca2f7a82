// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What a tool says of itself. Together with the option table it is the one source of --help, the man page and the shell
// completions, so that none of them can fall behind.
#pragma once
#include <string>
#include <vector>

namespace inr::cli {

/// A command line that a reader can copy.
struct Example {
  std::string command;  ///< "inr-sample -n 16 | inr-render --res 512 > grid.png"
  std::string what{};   ///< one sentence in front of it; may be empty
  /// True where it works in an empty folder right after installation: the test suite runs it.
  bool runs_anywhere = false;
};

/// Plain text, no markup; paragraphs are wrapped where they are printed.
struct ToolPage {
  std::string name;                     ///< "inr-render"
  std::string summary;                  ///< one line, no full stop: "draw INR records as pictures"
  std::vector<std::string> synopsis{};  ///< what follows the name: "[MODE] [STREAM...] [OPTION...]"; one entry a form
  std::vector<std::string> description{};  ///< paragraphs
  std::vector<Example> examples{};         ///< at least one; --help ends with the last one, which should run anywhere
  std::vector<std::string> see_also{};     ///< "inr-sample(1)"; inr(7) is added
  std::vector<std::string> exit_notes{};   ///< besides 0, 1, 2: "3  the score is above --threshold"
};

/// Of a tool that a signal ends after it has tidied up (Interrupted, interrupt.hpp).
inline const std::vector<std::string> kEndedBySignal = {"129  ended by SIGHUP", "130  ended by SIGINT",
                                                        "143  ended by SIGTERM"};

}  // namespace inr::cli
