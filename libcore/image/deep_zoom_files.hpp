// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// NAME.dzi and NAME_files as one output that appears whole or not at all, as base::AtomicFile does for a single file.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace inr::image {

/// Written into a folder beside ("NAME.dzi.tmp-PID-N"), then moved to their names by commit(). Destroyed without it,
/// the folder goes and an earlier pyramid stays as it was. What lies under the names already is replaced only at the
/// end, and only where it is a pyramid: a regular file NAME.dzi, and a folder NAME_files that holds nothing but tiles
/// of which NAME.dzi tells. Not copyable.
class DeepZoomFiles {
 public:
  /// output: "NAME.dzi" (in letters of either case) or "NAME". Makes the folder beside. Throws UsageError (empty, "-"),
  /// DataError (something under these names that is not a pyramid), SystemError (folder missing, no permission).
  explicit DeepZoomFiles(const std::string& output);
  ~DeepZoomFiles();
  DeepZoomFiles(const DeepZoomFiles&) = delete;
  DeepZoomFiles& operator=(const DeepZoomFiles&) = delete;

  /// Makes the folders of n_levels levels and writes the description. Throws SystemError.
  void begin(size_t n_levels, std::string_view description);
  /// A whole tile. Any thread. Throws SystemError (disc full).
  void write_tile(size_t level, int64_t column, int64_t row, std::string_view ending, std::span<const std::byte> file);
  /// Everything to the disc, then to its names: the tiles first and the description last, so that a description which
  /// is there has its tiles (a system that stops between the two has an earlier description with the new ones). Throws
  /// SystemError, DataError as the constructor; then an earlier pyramid is still there.
  void commit();
  /// Keeps what was written as a folder "NAME.dzi.partial" instead of removing it, in place of an earlier one of ours,
  /// and returns that name; empty where nothing was written. Throws SystemError, DataError.
  std::string keep_partial();
  /// "NAME.dzi"
  [[nodiscard]] const std::string& name() const noexcept { return description_; }

 private:
  std::string description_, tiles_;  // the two names
  std::string folder_;               // the one beside; empty: finished
  bool begun_ = false;
};

}  // namespace inr::image
