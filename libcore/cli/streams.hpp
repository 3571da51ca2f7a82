// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Inputs and outputs named on a command line, where "-" is stdin or stdout. Never binary data to a terminal, never a
// silent wait on one, never an output file replaced before the work is done.
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/atomic_file.hpp"

namespace inr::cli {

/// Where data goes: stdout, a special file (/dev/null, a pipe) written as it stands, or a regular file that appears
/// whole on commit(). Destroyed without commit(), a regular file stays as it was.
class Output {
 public:
  /// path "-", or a name of stdout (/dev/stdout, /dev/fd/1): stdout; a terminal is refused with UsageError "stdout is a
  /// terminal; HINT", for instance "give -o FILE, or pipe it into inr-render". Otherwise throws SystemError (folder
  /// missing, no permission).
  Output(const std::string& path, std::string_view hint);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// Unbuffered for stdout and special files: write blocks of some KiB. Throws SystemError, base::BrokenPipe.
  void write(std::span<const std::byte> data);
  void write(std::string_view text);
  /// Makes the file appear (flush, fsync, rename). Call once, last.
  void commit();
  /// Keeps a failed regular file as "NAME.partial" and returns that name; empty for stdout and special files.
  std::string keep_partial();

  [[nodiscard]] bool is_stdout() const noexcept { return fd_ == 1; }
  /// Only a regular file can be rewritten; null otherwise.
  [[nodiscard]] base::AtomicFile* file() noexcept { return file_.get(); }
  /// The name for messages: the path, or "stdout".
  [[nodiscard]] const std::string& where() const noexcept { return where_; }

 private:
  std::string where_;
  std::unique_ptr<base::AtomicFile> file_;
  int fd_ = -1;
};

/// Throws what the constructor of Output would, and opens, makes and replaces nothing: for tools that open their output
/// when part of the work is done.
void check_output(const std::string& path, std::string_view hint);

/// Where data comes from: a descriptor that is closed with the object (stdin stays open).
class Input {
 public:
  /// path "-": stdin; a terminal is refused with UsageError "stdin is a terminal; HINT". Otherwise opens the file,
  /// throws SystemError (missing, no permission, a folder).
  Input(const std::string& path, std::string_view hint);
  ~Input();
  Input(Input&& other) noexcept;
  Input& operator=(Input&&) = delete;
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] bool is_stdin() const noexcept { return fd_ == 0; }
  /// The name for messages: the path, or "stdin".
  [[nodiscard]] const std::string& where() const noexcept { return where_; }

 private:
  std::string where_;
  int fd_ = -1;
};

/// Throws UsageError where an output would replace the file that is being read. Empty names and "-" never clash.
void refuse_same_file(const std::string& in, const std::string& out);

/// Is stdout a terminal? (inr-render then writes a file instead.)
bool stdout_is_terminal() noexcept;

}  // namespace inr::cli
