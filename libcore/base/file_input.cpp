// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The input side of atomic_file.hpp, and the two loops over read(2) and write(2) that everything goes through.
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string>

#include "base/atomic_file.hpp"
#include "base/error.hpp"

namespace inr::base {
namespace {

constexpr size_t kChunkBytes = size_t{1} << 20;
constexpr size_t kMapFromBytes = size_t{64} << 20;
constexpr size_t kMaxCallBytes = size_t{1} << 30;  // read(2) and write(2) move less than 2 GiB at once

// Closes on every way out.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

bool wait_ready(int fd, short events) {
  pollfd poll_on{fd, events, 0};
  return ::poll(&poll_on, 1, -1) >= 0 || errno == EINTR;
}

struct stat status_of(int fd, const std::string& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw SystemError(path, "read", errno);
  if (S_ISDIR(status.st_mode)) throw SystemError(path, "read", EISDIR);
  return status;
}

}  // namespace

void write_all(int fd, std::span<const std::byte> data, std::string_view where) {
  while (!data.empty()) {
    const ssize_t n = ::write(fd, data.data(), std::min(data.size(), kMaxCallBytes));
    if (n >= 0) {
      data = data.subspan(static_cast<size_t>(n));
    } else if (errno == EPIPE) {
      throw BrokenPipe();
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!wait_ready(fd, POLLOUT)) throw SystemError(where, "write", errno);
    } else if (errno != EINTR) {
      throw SystemError(where, "write", errno);
    }
  }
}

size_t read_up_to(int fd, std::span<std::byte> data, std::string_view where) {
  size_t done = 0;
  while (done < data.size()) {
    const ssize_t n = ::read(fd, data.data() + done, std::min(data.size() - done, kMaxCallBytes));
    if (n > 0) {
      done += static_cast<size_t>(n);
    } else if (n == 0) {
      break;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!wait_ready(fd, POLLIN)) throw SystemError(where, "read", errno);
    } else if (errno != EINTR) {
      throw SystemError(where, "read", errno);
    }
  }
  return done;
}

std::vector<std::byte> read_file(const std::string& path, uint64_t max_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (file.get() < 0) throw SystemError(path, "open", errno);
  const struct stat status = status_of(file.get(), path);
  const bool null_device = S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
  if ((S_ISCHR(status.st_mode) && !null_device) || S_ISBLK(status.st_mode)) {
    throw DataError(path, "is a terminal or a device, not a file", "name a file, or a pipe");
  }
  const auto refuse = [&] {
    throw DataError(Fault::kUnsupported, path,
                    "is larger than the " + std::to_string(max_bytes) + " bytes that are read of such a file");
  };
  uint64_t expected = 0;
  if (S_ISREG(status.st_mode)) {
    expected = static_cast<uint64_t>(status.st_size);
    if (expected > max_bytes) refuse();
  }
  std::vector<std::byte> bytes(static_cast<size_t>(expected));
  size_t size = read_up_to(file.get(), bytes, path);
  // What grew meanwhile, pipes, and files of /proc that say they are empty.
  while (size == bytes.size()) {
    bytes.resize(size + std::max(kChunkBytes, size / 2));
    size += read_up_to(file.get(), std::span(bytes).subspan(size), path);
    if (size > max_bytes) refuse();
  }
  bytes.resize(size);
  return bytes;
}

MappedFile::MappedFile(const std::string& path) {
  // Non-blocking: opening a pipe that nobody writes to would wait for ever; regular files do not care.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) throw SystemError(path, "open", errno);
  const struct stat status = status_of(file.get(), path);
  if (!S_ISREG(status.st_mode))
    throw DataError(path, "is not a regular file", "write the pipe's content to a file first");
  if (static_cast<uint64_t>(status.st_size) > std::numeric_limits<size_t>::max() / 2)
    throw SystemError(path, "map", EFBIG);
  const auto size = static_cast<size_t>(status.st_size);
  if (size == 0) return;
  const bool map = size >= kMapFromBytes;
  const int flags = map ? MAP_PRIVATE : MAP_PRIVATE | MAP_ANONYMOUS;
  void* at = ::mmap(nullptr, size, map ? PROT_READ : PROT_READ | PROT_WRITE, flags, map ? file.get() : -1, 0);
  if (at == MAP_FAILED) throw SystemError(path, "map", errno);
  if (!map) {
    try {
      if (read_up_to(file.get(), {static_cast<std::byte*>(at), size}, path) != size) {
        throw DataError(Fault::kCutShort, path, "was cut short while it was being read",
                        "try again when no program writes to it");
      }
    } catch (...) {
      ::munmap(at, size);
      throw;
    }
    ::mprotect(at, size, PROT_READ);
  }
  data_ = static_cast<const std::byte*>(at);
  size_ = size;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

}  // namespace inr::base
