// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "base/byte_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "base/error.hpp"

namespace inr::base {
namespace {

constexpr size_t kMaxCallBytes = size_t{1} << 30;  // pread(2) moves less than 2 GiB at once
constexpr const char* kWayOut = "try again when no program writes to it";

}  // namespace

void ByteSource::read(uint64_t offset, std::span<std::byte> out) const {
  if (offset > size_ || out.size() > size_ - offset) throw std::out_of_range("bytes beyond the end of a source");
  fill(offset, out);
}

void MemoryBytes::fill(uint64_t offset, std::span<std::byte> out) const {
  std::ranges::copy(bytes_.subspan(static_cast<size_t>(offset), out.size()), out.begin());
}

struct FileBytes::State {
  int fd = -1;
  struct stat status {};
  State() = default;
  ~State() {
    if (fd >= 0) ::close(fd);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

FileBytes::FileBytes(const std::string& path) : path_(path) {
  auto state = std::make_unique<State>();
  // Non-blocking: opening a pipe that nobody writes to would wait for ever; regular files do not care.
  state->fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (state->fd < 0) throw SystemError(path, "open", errno);
  if (::fstat(state->fd, &state->status) != 0) throw SystemError(path, "read", errno);
  if (S_ISDIR(state->status.st_mode)) throw SystemError(path, "read", EISDIR);
  if (!S_ISREG(state->status.st_mode))
    throw DataError(path, "is not a regular file", "write the pipe's content to a file first");
  size_ = static_cast<uint64_t>(state->status.st_size);
  state_ = std::move(state);
}

FileBytes::~FileBytes() = default;

void FileBytes::fill(uint64_t offset, std::span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t n = ::pread(state_->fd, out.data(), std::min(out.size(), kMaxCallBytes), static_cast<off_t>(offset));
    if (n == 0) throw DataError(Fault::kCutShort, path_, "was cut short while it was being read", kWayOut);
    if (n < 0 && errno != EINTR) throw SystemError(path_, "read", errno);
    if (n < 0) continue;
    out = out.subspan(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
}

void FileBytes::check_unchanged() const {
  struct stat now {};
  if (::fstat(state_->fd, &now) != 0) throw SystemError(path_, "read", errno);
  const struct stat& then = state_->status;
  if (now.st_size < then.st_size)
    throw DataError(Fault::kCutShort, path_, "was cut short while it was being read", kWayOut);
  if (now.st_size != then.st_size || now.st_mtim.tv_sec != then.st_mtim.tv_sec ||
      now.st_mtim.tv_nsec != then.st_mtim.tv_nsec)
    throw DataError(path_, "was changed while it was being read", kWayOut);
}

}  // namespace inr::base
