// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Scores over time: one JSON object per line, appended by inr-fid --append. Several programs may append to one file at
// the same time, and a program may be killed at any moment: a line is there whole or it is repaired by the next one.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace inr::runs {

class ScoreLog {
 public:
  /// Opens the file, which is made by the first line alone. Throws SystemError, DataError (not a regular file).
  explicit ScoreLog(std::string path);
  ~ScoreLog();
  ScoreLog(const ScoreLog&) = delete;
  ScoreLog& operator=(const ScoreLog&) = delete;

  /// The whole lines, oldest first. Damaged ones are skipped with one warning; a last line that is cut belongs to
  /// them. Throws SystemError, DataError where the file is something else: its first line does not begin as an object,
  /// or is an object without the key fid.
  [[nodiscard]] std::vector<base::Json> read() const;
  /// One more line, on disk when this returns. What a killed program left of its own line is cut off first, with a
  /// warning. A line that cannot be written leaves the file as it was. A file that was renamed or removed since it was
  /// opened (logrotate) is left, the line goes to the one of that name. Throws as read() does.
  void append(const base::Json& record);
  /// The same for a line that depends on those before it: no other program appends between read() and the end of then.
  void append(const std::function<base::Json(const std::vector<base::Json>&)>& make,
              const std::function<void()>& then = {});
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::vector<base::Json> records(bool warn) const;
  void open_or_make();
  void write_line(const base::Json& record);
  std::string path_;
  int fd_ = -1;  // -1: not there yet
};

/// Held by the one program that looks for scores that a log lacks: a lock on LOG.lock, an empty file that stays. It
/// ends with its holder, however that ends.
class ScoreLock {
 public:
  /// Does not wait. Throws SystemError.
  explicit ScoreLock(const std::string& log);
  ~ScoreLock();
  ScoreLock(const ScoreLock&) = delete;
  ScoreLock& operator=(const ScoreLock&) = delete;
  /// False where another program holds it.
  [[nodiscard]] bool held() const noexcept { return held_; }

 private:
  int fd_ = -1;
  bool held_ = false;
};

}  // namespace inr::runs
