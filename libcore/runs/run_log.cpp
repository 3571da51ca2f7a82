// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "runs/run_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "base/atomic_file.hpp"
#include "base/error.hpp"

namespace inr::runs {

RunLog::RunLog(const std::string& path)
    : path_(path), fd_(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666)) {
  if (fd_ < 0) throw base::SystemError(path, "open", errno);
}

RunLog::~RunLog() { ::close(fd_); }

void RunLog::end_cut_line() {
  char last = '\n';
  const off_t size = ::lseek(fd_, 0, SEEK_END);
  if (size > 0 && ::pread(fd_, &last, 1, size - 1) == 1 && last != '\n')
    base::write_all(fd_, std::as_bytes(std::span<const char>("\n", 1)), path_);
}

void RunLog::write(const base::Json& line) {
  if (may_be_cut_) end_cut_line();
  may_be_cut_ = true;
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 32> stamp{};
  std::strftime(stamp.data(), stamp.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  base::Json stamped = {{"time", stamp.data()}};
  stamped.update(line);
  const std::string text = base::dump_json(stamped) + "\n";
  base::write_all(fd_, std::as_bytes(std::span<const char>(text.data(), text.size())), path_);
  may_be_cut_ = false;
}

int64_t resident_bytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  long long total = 0;
  long long resident = 0;
  const int n_read = std::fscanf(file, "%lld %lld", &total, &resident);
  std::fclose(file);
  return n_read == 2 ? resident * ::sysconf(_SC_PAGESIZE) : 0;
}

}  // namespace inr::runs
