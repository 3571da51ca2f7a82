// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Trials by a temporary file or folder beside the name: access(2) says of the superuser that all is well where the file
// system refuses (read-only, /proc), and of no one what a quota does.
#include "base/writable.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/atomic_file.hpp"
#include "base/descriptor_path.hpp"
#include "base/error.hpp"

namespace inr::base {
namespace {

namespace fs = std::filesystem;
constexpr int kMaxTemporaries = 1000;

std::string folder_of(const std::string& path) {
  const std::string folder = fs::path(path).parent_path();
  return folder.empty() ? "." : folder;
}

bool is_link(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

std::string way_out(const std::string& path, int error_number) {
  switch (error_number) {
    case ENOENT:
      if (path.starts_with("/proc/")) break;
      if (is_link(path)) return "it is a link that points nowhere: name another place";
      return "make the folder " + printable(folder_of(path), 4096) + " first, or name another one";
    case ENOTDIR:
      return "a part of the path is a file: name another folder";
    case EISDIR:
      return "it is a folder: name a file";
    case EACCES:
    case EPERM:
    case EROFS:
      return "name a place where you may write";
    case ENOSPC:
    case EDQUOT:
      return "make room, or name another disk";
    default:
      break;
  }
  return "name another place";
}

// A special file is there to be written to, and opening one may wait or do something.
void require_access(const std::string& path) {
  if (::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0) refuse_output(path, "open for writing", errno);
}

// True where the path names a descriptor of this process that takes data; one that does not is refused.
bool is_descriptor(const std::string& path) {
  const int descriptor = descriptor_of(path);
  if (descriptor < 0) return false;
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) refuse_output(path, "open for writing", EBADF);
  return true;
}

// What rename() would refuse: an immutable file, and in a folder with the sticky bit one of another user.
void require_removable(const std::string& path, const struct stat& file) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK);
  const int fault = fd < 0 ? errno : 0;
  if (fd >= 0) ::close(fd);
  if (fault == EPERM || fault == EROFS) refuse_output(path, "replace", fault);
  struct stat folder {};
  const uid_t user = ::geteuid();
  std::error_code error;
  const std::string real = fs::canonical(path, error);
  if (user != 0 && ::stat(folder_of(real.empty() ? path : real).c_str(), &folder) == 0 &&
      (folder.st_mode & S_ISVTX) != 0 && folder.st_uid != user && file.st_uid != user)
    refuse_output(path, "replace", EPERM);
}

// Makes a folder in a folder, and removes it.
void try_folder(const std::string& folder, const std::string& path) {
  int fault = EEXIST;
  for (int i = 0; i < kMaxTemporaries && fault == EEXIST; ++i) {
    const std::string tried = folder + "/.tmp-" + std::to_string(::getpid()) + "-" + std::to_string(i);
    fault = ::mkdir(tried.c_str(), 0777) == 0 ? 0 : errno;
    if (fault == 0) ::rmdir(tried.c_str());
  }
  if (fault != 0) refuse_output(path, "write to the folder", fault);
}

// The message with its way out; the error number as of any other.
class OutputError final : public SystemError {
 public:
  OutputError(const std::string& path, std::string_view action, int error_number)
      : SystemError(path, action, error_number),
        message_(std::string(SystemError::what()) + "; " + way_out(path, error_number)) {}
  [[nodiscard]] const char* what() const noexcept override { return message_.what(); }

 private:
  std::runtime_error message_;  // copies of it never throw
};

}  // namespace

void refuse_output(const std::string& path, std::string_view action, int error_number) {
  throw OutputError(path, action, error_number);
}

bool is_out_of_room(const SystemError& error) {
  return error.error_number() == ENOSPC || error.error_number() == EDQUOT;
}

void require_replaceable(const std::string& path) {
  if (is_descriptor(path)) return;
  struct stat status {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    require_access(path);
    return;
  }
  const AtomicFile tried(path);
  if (exists) require_removable(path, status);
}

void require_extensible(const std::string& path) {
  if (is_descriptor(path)) return;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno != ENOENT) refuse_output(path, "open for writing", errno);
    const AtomicFile tried(path);
    return;
  }
  if (S_ISDIR(status.st_mode)) refuse_output(path, "write", EISDIR);
  if (!S_ISREG(status.st_mode)) {
    require_access(path);
    return;
  }
  const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) refuse_output(path, "open for writing", errno);
  ::close(fd);
}

void require_folder(const std::string& path) {
  if (path.empty()) throw UsageError("the name of the output folder is empty");
  for (fs::path at = path;;) {
    struct stat status {};
    const std::string folder = at.empty() ? "." : at.string();
    if (::stat(folder.c_str(), &status) == 0) {
      if (!S_ISDIR(status.st_mode)) refuse_output(path, "make the folder", at == path ? EEXIST : ENOTDIR);
      try_folder(folder, path);
      return;
    }
    const int fault = errno;
    // Where a link points nowhere no folder can be made.
    if (fault != ENOENT || is_link(folder) || at == at.parent_path()) refuse_output(path, "make the folder", fault);
    at = at.parent_path();
  }
}

}  // namespace inr::base
