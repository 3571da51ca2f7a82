// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// One spdlog logger for stderr. The process has one stderr, so this is the one place that keeps state between calls.
#include "base/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>

namespace inr::base {
namespace {

struct Style {
  std::string tool = "inr";
  bool colour = false;
};

class Log {
 public:
  Log() : logger_("inr", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_pattern("%v");
    logger_.set_level(spdlog::level::info);
    logger_.flush_on(spdlog::level::trace);
  }

  void init(std::string_view tool, LogLevel level) {
    const std::scoped_lock lock(mutex_);
    const char* no_colour = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    const bool plain =
        (no_colour != nullptr && *no_colour != '\0') || (term != nullptr && std::string_view(term) == "dumb");
    style_ = {std::string(tool), !plain && ::isatty(STDERR_FILENO) == 1};
    level_ = level;
    logger_.set_level(level == LogLevel::kQuiet     ? spdlog::level::err
                      : level == LogLevel::kVerbose ? spdlog::level::debug
                                                    : spdlog::level::info);
  }

  void write(spdlog::level::level_enum level, std::string_view word, std::string_view colour,
             const std::string& message) {
    if (!logger_.should_log(level)) return;
    std::string line;
    {
      const std::scoped_lock lock(mutex_);
      line = style_.tool + ": ";
      if (!word.empty() && style_.colour) {
        line.append(colour).append(word).append("\033[0m ");
      } else if (!word.empty()) {
        line.append(word).append(" ");
      }
    }
    logger_.log(level, line + message);
  }

  [[nodiscard]] LogLevel level() const noexcept { return level_; }

 private:
  std::mutex mutex_;
  Style style_;
  std::atomic<LogLevel> level_ = LogLevel::kNormal;
  spdlog::logger logger_;
};

Log& the_log() {
  static Log log;
  return log;
}

}  // namespace

void init_logging(std::string_view tool, LogLevel level) { the_log().init(tool, level); }
void log_debug(const std::string& message) { the_log().write(spdlog::level::debug, "debug:", "\033[2m", message); }
void log_info(const std::string& message) { the_log().write(spdlog::level::info, "", "", message); }
void log_warning(const std::string& message) {
  the_log().write(spdlog::level::warn, "warning:", "\033[1;33m", message);
}
void log_error(const std::string& message) { the_log().write(spdlog::level::err, "error:", "\033[1;31m", message); }
LogLevel log_level() noexcept { return the_log().level(); }

}  // namespace inr::base
