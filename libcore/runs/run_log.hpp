// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// RUN/log.jsonl: one JSON object per line, appended and flushed line by line (its keys: inr-train(1)).
#pragma once
#include <string>

#include "base/json.hpp"

namespace inr::runs {

class RunLog {
 public:
  /// Opens for appending; a last line that a kill cut short is closed first. Throws SystemError.
  explicit RunLog(const std::string& path);
  ~RunLog();
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;
  /// Adds "time" (UTC, ISO 8601) in front. Throws SystemError (disk full); the next line then still begins anew.
  void write(const base::Json& line);

 private:
  void end_cut_line();
  std::string path_;
  int fd_ = -1;
  bool may_be_cut_ = true;  // the last line: by a kill, or by a write that failed
};

/// Resident memory of this process in bytes; 0 where the system does not tell.
int64_t resident_bytes();

}  // namespace inr::runs
