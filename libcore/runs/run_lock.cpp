// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "runs/run_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/error.hpp"
#include "base/writable.hpp"
#include "model/checkpoint_name.hpp"

namespace inr::runs {
namespace {

namespace fs = std::filesystem;

void make_folders(const std::string& run) {
  std::error_code error;
  fs::create_directories(run + "/samples", error);
  if (error) base::refuse_output(run, "make the folder", error.value());
}

/// Is the open file still the one of that name?
bool is_at(int fd, const std::string& path) {
  struct stat open {
  }, named{};
  return ::fstat(fd, &open) == 0 && ::stat(path.c_str(), &named) == 0 && open.st_ino == named.st_ino &&
         open.st_dev == named.st_dev;
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

RunLock::RunLock(const std::string& run) : run_(run) {
  std::error_code error;
  for (fs::path folder = run; !folder.empty() && !fs::exists(folder, error); folder = folder.parent_path())
    made_.push_back(folder);
  try {
    take();
  } catch (const base::SystemError&) {
    remove_empty();
    throw;
  }
  remove_unfinished(run);
}

RunLock::~RunLock() {
  remove_empty();
  ::close(fd_);
}

void RunLock::take() {
  const std::string path = run_ + "/lock";
  do {  // once more where a run that was given up took its lock's file away between two of these calls
    if (fd_ >= 0) ::close(fd_);
    make_folders(run_);
    fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd_ < 0) base::refuse_output(path, "open", errno);
    int locked = 0;
    while ((locked = ::flock(fd_, LOCK_EX | LOCK_NB)) != 0 && errno == EINTR) {
    }
    if (locked != 0) {
      const int fault = errno;
      ::close(fd_);
      fd_ = -1;
      if (fault != EWOULDBLOCK) throw base::SystemError(path, "lock", fault);
      throw base::DataError(run_, "another inr-train is writing this run",
                            "wait for it, or give another folder with -o");
    }
  } while (!is_at(fd_, path));
}

void RunLock::remove_empty() const {
  if (made_.empty()) return;
  std::error_code error;
  for (fs::directory_iterator entries(run_, error); !error && entries != fs::directory_iterator();
       entries.increment(error)) {
    if (entries->path().filename() != "lock" && entries->path().filename() != "samples") return;
  }
  fs::remove(run_ + "/samples", error);  // where there is nothing in it, as all of these
  if (error) return;
  if (fd_ >= 0) fs::remove(run_ + "/lock", error);
  for (const std::string& folder : made_) fs::remove(folder, error);
}

}  // namespace inr::runs
