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

/// What is wrong with data, for programs: who reports a file decides by this, never by the words of a message.
enum class Fault {
  kForeign,      ///< another kind of file
  kEmpty,        ///< no bytes at all
  kCutShort,     ///< whole as far as it goes, and not to its end
  kDamaged,      ///< bytes that contradict its format, its checksum or its own header
  kNewer,        ///< of a format version that this program does not know
  kUnsupported,  ///< whole, and holds what this program does not read
  kOther,        ///< any other: a value out of range, two files that do not go together, nothing to work on
};
/// "foreign", "empty", "cut short", "damaged", "newer", "unsupported", "other"
std::string_view to_string(Fault fault) noexcept;

/// Data that cannot be used: missing, cut, damaged, hostile, of another kind or version. Exit status 1.
/// The message reads "WHERE: FAULT; WAY_OUT" (without the last part where there is none to give).
class DataError : public Error {
 public:
  explicit DataError(const std::string& message) : Error(ExitCode::kFailed, message) {}
  /// A fault of no kind of its own: Fault::kOther.
  DataError(std::string_view where, std::string_view what, std::string_view way_out = {});
  DataError(Fault fault, std::string_view where, std::string_view what, std::string_view way_out = {});
  [[nodiscard]] Fault fault() const noexcept { return fault_; }

 private:
  Fault fault_ = Fault::kOther;
};

/// The operating system refused: message carries the path, the operation and strerror. Exit status 1.
class SystemError : public Error {
 public:
  explicit SystemError(const std::string& message) : Error(ExitCode::kFailed, message) {}
  /// "WHERE: cannot ACTION: strerror(error_number)"
  SystemError(std::string_view where, std::string_view action, int error_number);
  /// errno, 0 where the message alone was given.
  [[nodiscard]] int error_number() const noexcept { return error_number_; }

 private:
  int error_number_ = 0;
};

/// Text from files made safe for one terminal line: control characters escaped, cut to max_chars with "...".
std::string printable(std::string_view text, size_t max_chars = 120);

/// The known word nearest to a misspelt one (edit distance), empty where none is near. For "did you mean".
std::string nearest_word(std::string_view word, const std::string* begin, const std::string* end);

}  // namespace inr::base
