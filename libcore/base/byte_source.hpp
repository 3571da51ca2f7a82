// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Bytes that are read by position. A file of gigabytes takes no memory this way and, unlike a mapped one, ends in an
// error instead of a signal where someone cuts it while it is read.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace inr::base {

/// Safe to read from several threads.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  [[nodiscard]] uint64_t size() const noexcept { return size_; }
  /// Fills out with the bytes from offset on. A range beyond size() is a std::out_of_range.
  void read(uint64_t offset, std::span<std::byte> out) const;
  /// Throws DataError where someone wrote to the bytes since they were opened, as far as that can be detected.
  virtual void check_unchanged() const {}

 protected:
  ByteSource() = default;
  uint64_t size_ = 0;

 private:
  virtual void fill(uint64_t offset, std::span<std::byte> out) const = 0;
};

/// Bytes in memory, which must outlive this.
class MemoryBytes final : public ByteSource {
 public:
  explicit MemoryBytes(std::span<const std::byte> bytes) : bytes_(bytes) { size_ = bytes.size(); }

 private:
  void fill(uint64_t offset, std::span<std::byte> out) const override;
  std::span<const std::byte> bytes_;
};

/// A regular file, as long as it was when it was opened. Reading throws SystemError, or DataError where it has become
/// shorter.
class FileBytes final : public ByteSource {
 public:
  /// Throws SystemError (cannot open), DataError (not a regular file).
  explicit FileBytes(const std::string& path);
  ~FileBytes() override;
  void check_unchanged() const override;

 private:
  struct State;
  void fill(uint64_t offset, std::span<std::byte> out) const override;
  std::string path_;
  std::unique_ptr<const State> state_;
};

}  // namespace inr::base
