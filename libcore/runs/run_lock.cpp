// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "runs/run_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/error.hpp"
#include "model/checkpoint_name.hpp"

namespace inr::runs {
namespace {

namespace fs = std::filesystem;

void make_folders(const std::string& run) {
  std::error_code error;
  fs::create_directories(run + "/samples", error);
  if (error) throw base::SystemError(run, "make the folder", error.value());
}

/// Files that a trainer was writing when it was killed (base::AtomicFile's names), which nobody else finishes.
void remove_unfinished(const std::string& run) {
  const auto is_left = [](const std::string& name, const std::string& folder) {
    if (folder == "samples") return name.find(".png.tmp-") != std::string::npos;
    const size_t end = name.find(".safetensors.tmp-");
    if (end == std::string::npos) return false;
    const std::string finished = name.substr(0, end) + ".safetensors";
    return finished == "best.safetensors" || model::checkpoint_iteration(finished).has_value();
  };
  for (const std::string folder : {"", "samples"}) {
    std::error_code error;  // what stays does no harm
    fs::directory_iterator entries(run + "/" + folder, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
      std::error_code ignored;
      if (is_left(entries->path().filename().string(), folder)) fs::remove(entries->path(), ignored);
    }
  }
}

}  // namespace

RunLock::RunLock(const std::string& run) {
  make_folders(run);
  const std::string path = run + "/lock";
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd_ < 0) throw base::SystemError(path, "open", errno);
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd_);
    throw base::DataError(run, "another inr-train is writing this run", "wait for it, or give another folder with -o");
  }
  remove_unfinished(run);
}

RunLock::~RunLock() { ::close(fd_); }

}  // namespace inr::runs
