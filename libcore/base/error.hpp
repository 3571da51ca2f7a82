// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Errors and exit codes. Every error is one line: where it is, what is wrong, and the way out.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

namespace inr::base {

/// Exit status of every tool (man page inr.7).
enum class ExitCode : int { kOk = 0, kFailed = 1, kUsage = 2, kThreshold = 3, kInterrupted = 75 };

/// Base of all errors that a tool reports and exits with.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] ExitCode exit_code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

/// Wrong use: an option or a value that no file could make right. Exit status 2.
class UsageError : public Error {
 public:
  explicit UsageError(const std::string& message) : Error(ExitCode::kUsage, message) {}
};

/// Data that cannot be used: missing, cut, damaged, hostile, of another kind or version. Exit status 1.
/// The message reads "WHERE: FAULT; WAY_OUT" (without the last part where there is none to give).
class DataError : public Error {
 public:
  explicit DataError(const std::string& message) : Error(ExitCode::kFailed, message) {}
  DataError(std::string_view where, std::string_view fault, std::string_view way_out = {});
};

/// The operating system refused: message carries the path, the operation and strerror. Exit status 1.
class SystemError : public Error {
 public:
  explicit SystemError(const std::string& message) : Error(ExitCode::kFailed, message) {}
  /// "WHERE: cannot ACTION: strerror(error_number)"
  SystemError(std::string_view where, std::string_view action, int error_number);
};

/// Text from files made safe for one terminal line: control characters escaped, cut to max_chars with "...".
std::string printable(std::string_view text, size_t max_chars = 120);

/// The known word nearest to a misspelt one (edit distance), empty where none is near. For "did you mean".
std::string nearest_word(std::string_view word, const std::string* begin, const std::string* end);

}  // namespace inr::base
