// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Reading, repairing and appending lines.
#include "runs/score_log.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/writable.hpp"

namespace inr::runs {
namespace {

constexpr int kFlags = O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK;

[[noreturn]] void refuse(const std::string& path, const char* fault) {
  throw base::DataError(base::Fault::kForeign, base::printable(path), std::string("is not a log of scores: ") + fault,
                        "name another file with --append");
}

// Is the open file the one of that name?
bool is_at(int fd, const std::string& path) {
  struct stat open = {}, named = {};
  return ::fstat(fd, &open) == 0 && ::stat(path.c_str(), &named) == 0 && open.st_ino == named.st_ino &&
         open.st_dev == named.st_dev;
}

// Holds a lock on a descriptor, waiting for it: appending takes no time.
class AppendLock {
 public:
  AppendLock(int fd, const std::string& path) : fd_(fd) {
    while (::flock(fd_, LOCK_EX) != 0) {
      if (errno != EINTR) throw base::SystemError(path, "lock", errno);
    }
  }
  ~AppendLock() { ::flock(fd_, LOCK_UN); }
  AppendLock(const AppendLock&) = delete;
  AppendLock& operator=(const AppendLock&) = delete;

 private:
  int fd_;
};

std::optional<base::Json> object_of(std::string_view line) {
  try {
    base::Json json = base::parse_json(line, "line");
    if (json.is_object()) return json;
  } catch (const base::DataError&) {  // counted by the caller
  }
  return std::nullopt;
}

}  // namespace

ScoreLog::ScoreLog(std::string path) : path_(std::move(path)) {
  struct stat status = {};
  if (::stat(path_.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    throw base::DataError(base::printable(path_), "is not a regular file", "name a file for the scores");
  }
  // Told before hours of work, not after them.
  fd_ = ::open(path_.c_str(), kFlags);
  if (fd_ < 0) {
    if (errno != ENOENT) base::refuse_output(path_, "open", errno);
    base::require_extensible(path_);
    return;
  }
  if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) {
    ::flock(fd_, LOCK_UN);
  } else if (errno != EWOULDBLOCK && errno != EINTR) {
    const int fault = errno;
    ::close(fd_);
    throw base::SystemError(base::printable(path_), "lock", fault);
  }
}

ScoreLog::~ScoreLog() {
  if (fd_ >= 0) ::close(fd_);
}

void ScoreLog::open_or_make() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = ::open(path_.c_str(), kFlags | O_CREAT, 0666);
  if (fd_ < 0) throw base::SystemError(base::printable(path_), "open", errno);
}

std::string ScoreLog::text() const {
  if (fd_ < 0) return {};
  struct stat status = {};
  if (::fstat(fd_, &status) != 0) throw base::SystemError(base::printable(path_), "read", errno);
  std::string text(static_cast<size_t>(status.st_size), '\0');
  if (::lseek(fd_, 0, SEEK_SET) < 0) throw base::SystemError(base::printable(path_), "read", errno);
  text.resize(base::read_up_to(fd_, std::as_writable_bytes(std::span(text)), base::printable(path_)));
  if (!text.empty() && text.front() != '{') {
    refuse(path_, "it does not begin with a JSON object");
  }
  return text;
}

std::vector<base::Json> ScoreLog::read() const { return records(true); }

std::vector<base::Json> ScoreLog::records(bool warn) const {
  const std::string all = text();
  std::vector<base::Json> records;
  size_t n_damaged = 0;
  for (size_t begin = 0; begin < all.size();) {
    const size_t end = std::min(all.find('\n', begin), all.size());
    const std::string_view line = std::string_view(all).substr(begin, end - begin);
    begin = end + 1;
    if (line.empty()) continue;
    std::optional<base::Json> record = object_of(line);
    if (record) {
      if (records.empty() && !record->contains("fid")) refuse(path_, "its first line has no fid");
      records.push_back(std::move(*record));
    } else {
      ++n_damaged;
    }
  }
  if (n_damaged > 0 && warn) {
    base::log_warning(base::printable(path_) + ": " + std::to_string(n_damaged) +
                      (n_damaged == 1 ? " damaged line is" : " damaged lines are") + " skipped");
  }
  return records;
}

void ScoreLog::append(const base::Json& record) {
  append([&record](const std::vector<base::Json>& /*before*/) { return record; });
}

void ScoreLog::append(const std::function<base::Json(const std::vector<base::Json>&)>& make,
                      const std::function<void()>& then) {
  for (;;) {
    if (fd_ >= 0) {
      const AppendLock lock(fd_, path_);
      if (is_at(fd_, path_)) {
        write_line(make(records(false)));
        if (then) then();
        return;
      }
    }
    open_or_make();  // another file has the name now, or none
  }
}

void ScoreLog::write_line(const base::Json& record) {
  const std::string before = text();
  size_t size = before.size();
  std::string line = base::dump_json(record) + "\n";
  if (size > 0 && before.back() != '\n') {
    const size_t last = before.rfind('\n') + 1;  // npos + 1 = 0
    if (object_of(std::string_view(before).substr(last))) {
      line.insert(line.begin(), '\n');  // only its end is missing
    } else {
      base::log_warning(base::printable(path_) + ": the last line was cut short and is removed");
      if (::ftruncate(fd_, static_cast<off_t>(last)) != 0) throw base::SystemError(path_, "cut", errno);
      size = last;
    }
  }
  try {
    base::write_all(fd_, std::as_bytes(std::span(line)), base::printable(path_));
    if (::fsync(fd_) != 0) throw base::SystemError(base::printable(path_), "write", errno);
  } catch (...) {  // the disk is full: no piece of a line stays
    if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) {
      base::log_warning(base::printable(path_) + ": ends with a piece of a line; the next score removes it");
    }
    throw;
  }
}

ScoreLock::ScoreLock(const std::string& log) {
  const std::string path = log + ".lock";
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (fd_ < 0) base::refuse_output(path, "open", errno);
  held_ = ::flock(fd_, LOCK_EX | LOCK_NB) == 0;
  if (!held_ && errno != EWOULDBLOCK) {
    const int error = errno;
    ::close(fd_);
    throw base::SystemError(base::printable(path), "lock", error);
  }
}

ScoreLock::~ScoreLock() { ::close(fd_); }

}  // namespace inr::runs
