// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Inputs and outputs named on a command line.
#include "cli/streams.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/descriptor_path.hpp"
#include "base/error.hpp"
#include "base/writable.hpp"

namespace inr::cli {
namespace {

// The descriptor that a name of an output stands for, -1 where it is a file's. By their names, since a redirected
// /dev/stdout looks like the file behind it, which may hold something already. Throws UsageError.
int output_descriptor(const std::string& path, std::string_view hint) {
  const int descriptor = path == "-" ? STDOUT_FILENO : base::descriptor_of(path);
  if (descriptor == STDOUT_FILENO && stdout_is_terminal())
    throw base::UsageError("stdout is a terminal; " + std::string(hint));
  if (path.empty()) throw base::UsageError("the output has an empty name; " + std::string(hint));
  return descriptor;
}

}  // namespace

void refuse_same_file(const std::string& in, const std::string& out) {
  if (in.empty() || out.empty() || in == "-" || out == "-") return;
  std::error_code missing;  // a file that does not exist cannot be lost
  if (!std::filesystem::is_regular_file(in, missing) || !std::filesystem::equivalent(in, out, missing)) return;
  throw base::UsageError("-o " + base::printable(out) + " would replace the input of the same name; give another name");
}

bool stdout_is_terminal() noexcept { return ::isatty(STDOUT_FILENO) == 1; }

Output::Output(const std::string& path, std::string_view hint) : where_(path) {
  const int descriptor = output_descriptor(path, hint);
  if (descriptor == STDOUT_FILENO) {
    where_ = "stdout";
    fd_ = STDOUT_FILENO;
    return;
  }
  if (descriptor >= 0) {
    fd_ = ::fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (fd_ < 0) base::refuse_output(path, "open", errno);
    return;
  }
  struct stat status {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) base::refuse_output(path, "write", EISDIR);
  if (exists && !S_ISREG(status.st_mode)) {  // /dev/null, a named pipe: never replaced by a file
    fd_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd_ < 0) base::refuse_output(path, "open", errno);
    return;
  }
  file_ = std::make_unique<base::AtomicFile>(path);
}

void check_output(const std::string& path, std::string_view hint) {
  if (output_descriptor(path, hint) != STDOUT_FILENO) base::require_replaceable(path);
}

Output::~Output() {
  if (fd_ > STDERR_FILENO) ::close(fd_);  // commit() closed it, unless an error is under way
}

void Output::write(std::span<const std::byte> data) {
  if (file_)
    file_->write(data);
  else
    base::write_all(fd_, data, where_);
}

void Output::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

void Output::commit() {
  if (file_) {
    file_->commit();
    return;
  }
  if (fd_ <= STDERR_FILENO) return;  // run_tool closes and checks stdout
  const int fd = fd_;
  fd_ = -1;
  if (::close(fd) != 0) throw base::SystemError(where_, "close", errno);
}

std::string Output::keep_partial() {
  if (!file_) return {};
  std::string name = where_ + ".partial";
  file_->commit_as(name);
  return name;
}

Input::Input(const std::string& path, std::string_view hint) : where_(path == "-" ? "stdin" : path) {
  if (path == "-") {
    if (::isatty(STDIN_FILENO) == 1) throw base::UsageError("stdin is a terminal; " + std::string(hint));
    fd_ = STDIN_FILENO;
    return;
  }
  fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0) throw base::SystemError(path, "open", errno);
  struct stat status {};
  if (::fstat(fd_, &status) == 0 && S_ISDIR(status.st_mode)) {
    ::close(fd_);
    throw base::SystemError(path, "read", EISDIR);
  }
}

Input::Input(Input&& other) noexcept : where_(std::move(other.where_)), fd_(other.fd_) { other.fd_ = -1; }

Input::~Input() {
  if (fd_ > STDIN_FILENO) ::close(fd_);
}

}  // namespace inr::cli
