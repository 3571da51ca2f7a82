// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Messages for people, on stderr, through spdlog. Set up once by run_tool; libraries only call these.
#pragma once
#include <string>
#include <string_view>

namespace inr::base {

enum class LogLevel { kQuiet, kNormal, kVerbose };  // errors only | info and warnings | debug too

/// Lines read "inr-render: message" ("inr-render: warning: message"). Colour only on a terminal and without NO_COLOR.
void init_logging(std::string_view tool, LogLevel level);
void log_debug(const std::string& message);
void log_info(const std::string& message);
void log_warning(const std::string& message);
void log_error(const std::string& message);
[[nodiscard]] LogLevel log_level() noexcept;

}  // namespace inr::base
