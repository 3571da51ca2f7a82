// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The output side: a file written beside its name and renamed when it is whole. What is not a regular file (a pipe, a
// device, a descriptor such as /dev/stdout) cannot be replaced by a rename and is written to directly; links survive,
// because the rename goes to what they point at.
#include "base/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "base/descriptor_path.hpp"
#include "base/error.hpp"
#include "base/writable.hpp"

namespace inr::base {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;
constexpr int kMaxLinks = 40;
constexpr int kMaxTemporaries = 1000;
constexpr size_t kMaxStemBytes = 200;  // NAME_MAX is 255; the suffix needs some
constexpr mode_t kModeBits = 07777;

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Follows links one by one, so that one which points at nothing yet is followed too. Links below /proc are handed out
// as they are: their text names no path that could be renamed over.
std::string follow_links(const std::string& path) {
  std::string at = path;
  for (int i = 0; i < kMaxLinks; ++i) {
    struct stat status {};
    if (::lstat(at.c_str(), &status) != 0 || !S_ISLNK(status.st_mode) || at.starts_with("/proc/")) return at;
    std::string target(4096, '\0');
    const ssize_t n = ::readlink(at.c_str(), target.data(), target.size());
    if (n < 0) throw SystemError(path, "follow the link", errno);
    target.resize(static_cast<size_t>(n));
    if (!target.starts_with('/')) target.insert(0, folder_of(at) + "/");
    at = std::move(target);
  }
  throw SystemError(path, "follow the link", ELOOP);
}

// How far a file has got where writing failed in the middle.
uint64_t reached(int fd, uint64_t at_least) {
  const off_t at = ::lseek(fd, 0, SEEK_CUR);
  return at < 0 ? at_least : static_cast<uint64_t>(at);
}

int open_temporary(const std::string& path, const std::string& target, std::string& temporary) {
  const size_t name_at = target.rfind('/') == std::string::npos ? 0 : target.rfind('/') + 1;
  const std::string stem = target.substr(0, name_at + std::min(kMaxStemBytes, target.size() - name_at));
  for (int i = 0; i < kMaxTemporaries; ++i) {
    temporary = stem + ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(i);
    const int fd = ::open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) return fd;
    if (errno != EEXIST) break;
  }
  const int fault = errno;
  temporary.clear();
  refuse_output(path, "create the file", fault);
}

// Pipes and most devices have nothing to synchronise and say so.
void sync_descriptor(int fd, const std::string& path) {
  if (::fsync(fd) != 0 && errno != EINVAL && errno != EROFS && errno != ENOTSUP)
    throw SystemError(path, "write", errno);
}

void sync_folder(const std::string& path) {
  const int fd = ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == EACCES) return;  // a folder that may be written to but not read
    throw SystemError(path, "open its folder", errno);
  }
  const int fault = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  if (fault != 0 && fault != EINVAL && fault != EROFS && fault != ENOTSUP)
    throw SystemError(path, "write its folder", fault);
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)) {
  if (path_.empty()) throw UsageError("the name of the output file is empty");
  const int descriptor = descriptor_of(path_);
  target_ = descriptor >= 0 ? path_ : follow_links(path_);
  struct stat status {};
  const bool exists = ::stat(target_.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) refuse_output(path_, "write", EISDIR);
  if (descriptor >= 0 || target_.starts_with("/proc/") || (exists && !S_ISREG(status.st_mode))) {
    fd_ = descriptor >= 0 ? ::fcntl(descriptor, F_DUPFD_CLOEXEC, 3) : ::open(target_.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd_ < 0) refuse_output(path_, "open for writing", errno);
  } else {
    fd_ = open_temporary(path_, target_, temporary_);
    // An existing file keeps its mode; where that is refused the new one has the usual mode, which does no harm.
    if (exists) (void)!::fchmod(fd_, status.st_mode & kModeBits);
  }
}

AtomicFile::~AtomicFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::flush() {
  if (buffer_.empty()) return;
  try {
    write_all(fd_, buffer_, path_);
  } catch (...) {
    buffer_.clear();  // a part of it is there, and must not be written twice
    if (!temporary_.empty()) size_ = flushed_ = reached(fd_, flushed_);
    throw;
  }
  flushed_ += buffer_.size();
  buffer_.clear();
}

void AtomicFile::write(std::span<const std::byte> data) {
  if (fd_ < 0) throw SystemError(path_, "write after the file was finished", EBADF);
  if (buffer_.size() + data.size() > kBufferBytes) flush();
  if (data.size() >= kBufferBytes) {
    try {
      write_all(fd_, data, path_);
    } catch (...) {
      if (!temporary_.empty()) size_ = flushed_ = reached(fd_, flushed_);
      throw;
    }
    flushed_ += data.size();
  } else {
    buffer_.insert(buffer_.end(), data.begin(), data.end());
  }
  size_ += data.size();
}

void AtomicFile::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

void AtomicFile::rewrite(uint64_t offset, std::span<const std::byte> data) {
  if (offset > size_ || data.size() > size_ - offset) throw SystemError(path_, "rewrite beyond the end", EINVAL);
  if (offset >= flushed_ && !buffer_.empty()) {
    std::copy(data.begin(), data.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(offset - flushed_));
    return;
  }
  if (temporary_.empty()) throw SystemError(path_, "seek back in a pipe or a device", ESPIPE);
  flush();
  while (!data.empty()) {
    const ssize_t n = ::pwrite(fd_, data.data(), data.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw SystemError(path_, "write", errno);
    offset += static_cast<uint64_t>(n);
    data = data.subspan(static_cast<size_t>(n));
  }
}

void AtomicFile::finish(const std::string& path, const std::string& target) {
  if (fd_ >= 0) {  // else it is whole, and was refused its name
    flush();
    sync_descriptor(fd_, path);
    const int closed = ::close(std::exchange(fd_, -1));
    if (closed != 0) throw SystemError(path, "close", errno);
  }
  if (temporary_.empty()) return;
  if (::rename(temporary_.c_str(), target.c_str()) != 0)
    throw SystemError(path, "give the finished file its name", errno);
  temporary_.clear();
  sync_folder(target);
}

void AtomicFile::commit() { finish(path_, target_); }

void AtomicFile::commit_as(const std::string& path) {
  if (fd_ < 0 && temporary_.empty()) throw SystemError(path_ + ": is finished already");
  try {
    flush();
  } catch (const SystemError&) {  // a full disc holds what there is of the file
    struct stat status {};
    if (::fstat(fd_, &status) != 0 || status.st_size == 0) throw;
  }
  finish(path, follow_links(path));
}

}  // namespace inr::base
