// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// One trainer per run folder.
#pragma once
#include <string>
#include <vector>

namespace inr::runs {

/// Makes the folder of a run and holds RUN/lock as long as it lives, so that two trainers never write one run. What a
/// killed trainer left half written is removed. A folder that was made here and has nothing in it when the object goes
/// (a start that failed) goes with it. Throws DataError where another holds the lock, SystemError where the folder
/// cannot be made or written to.
class RunLock {
 public:
  explicit RunLock(const std::string& run);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  void take();
  void remove_empty() const;
  std::string run_;
  std::vector<std::string> made_;  // the folder and those above it, made by this object
  int fd_ = -1;
};

}  // namespace inr::runs
