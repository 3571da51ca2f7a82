// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// One trainer a run folder.
#pragma once
#include <string>

namespace inr::runs {

/// Makes the folder of a run and holds RUN/lock as long as it lives, so that two trainers never write one run. What a
/// killed trainer left half written is removed. Throws DataError where another holds the lock.
class RunLock {
 public:
  explicit RunLock(const std::string& run);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace inr::runs
