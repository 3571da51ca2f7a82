// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Files and descriptors whose every write and close is checked, and outputs that appear whole or not at all.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inr::base {

/// A file that is written beside its final name ("NAME.tmp-PID-N"), then flushed, fsynced and renamed by commit().
/// Destroyed without commit(), the temporary file is removed and an earlier NAME stays as it was. Not copyable.
/// A link is followed, so that it survives. What is not a regular file (pipe, device, /dev/stdout) is written to
/// directly.
class AtomicFile {
 public:
  /// Opens the temporary file. Throws SystemError (folder missing, no permission).
  explicit AtomicFile(std::string path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Buffered. Throws SystemError naming the final path (disk full).
  void write(std::span<const std::byte> data);
  void write(std::string_view text);
  /// Overwrites, at an absolute offset, what was written before (headers whose content is known last). Throws
  /// SystemError beyond the end, and on a pipe or device once those bytes have gone.
  void rewrite(uint64_t offset, std::span<const std::byte> data);
  /// Of all that was written; after a write that failed, of what the file holds.
  [[nodiscard]] uint64_t size() const noexcept { return size_; }
  /// Hands over what is buffered. Throws SystemError; what did not fit is then no longer there to be written.
  void flush();
  /// Flush, fsync, rename over path, fsync of the folder.
  void commit();
  /// Keeps what was written under another name (a failed picture -> "NAME.partial") instead of removing it.
  void commit_as(const std::string& path);
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  void finish(const std::string& path, const std::string& target);
  std::string path_;       // as given, for messages
  std::string target_;     // with links followed
  std::string temporary_;  // empty: written directly, or finished
  int fd_ = -1;
  uint64_t size_ = 0, flushed_ = 0;
  std::vector<std::byte> buffer_;
};

/// Blocking write of everything to a descriptor. Throws SystemError ("WHERE: cannot write: ..."); EPIPE throws
/// BrokenPipe.
void write_all(int fd, std::span<const std::byte> data, std::string_view where);

/// The reader of our pipe has gone. run_tool ends the program quietly.
class BrokenPipe {};

/// Blocking read of up to data.size() bytes; returns what was read, less only at the end of input. Throws SystemError.
size_t read_up_to(int fd, std::span<std::byte> data, std::string_view where);

/// Whole file into memory; pipes are read to their end, devices (but /dev/null) and terminals refused. Throws
/// SystemError / DataError (larger than max_bytes).
std::vector<std::byte> read_file(const std::string& path, uint64_t max_bytes = uint64_t{1} << 34);

/// The bytes of a whole regular file (empty file: empty span), read-only, safe to share between threads. Files of 64
/// MiB and more are mapped; smaller ones are read, so that a file cut by someone else while it is in use does no harm.
/// Throws SystemError, DataError (not a regular file).
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }

 private:
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace inr::base
