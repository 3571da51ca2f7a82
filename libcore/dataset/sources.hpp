// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Where pictures come from: folders, zips, LSUN's LMDBs, datasets of ours, fonts with colour pictures, lists of paths.
// The kind is recognised by what lies at the path, never by its name; the order is the same on every machine.
#pragma once
#include <cstddef>
#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace inr::dataset {

/// What tells without reading a picture whether it is still the one that was there before.
struct PictureStamp {
  uint64_t n_bytes = 0;  // of the picture file; of a record of a dataset with its header
  /// Another number where the contents are others: of a file its time of modification in ns since 1970, of a member of
  /// a zip its CRC-32, of a record of a dataset its crc32c, of an LMDB made of its transaction, pages and time.
  uint64_t mark = 0;
  bool mark_is_checksum = false;  // of the contents: another mark means other contents, while times may differ alone
  bool operator==(const PictureStamp&) const = default;
};

/// An ordered list of picture files that are read when asked for. name(), stamp() and read() are safe from several
/// threads.
class PictureSource {
 public:
  PictureSource() = default;
  PictureSource(const PictureSource&) = delete;
  PictureSource& operator=(const PictureSource&) = delete;
  virtual ~PictureSource() = default;
  /// "folder", "zip", "lmdb", "dataset", "font", "file", "list".
  [[nodiscard]] virtual std::string kind() const = 0;
  [[nodiscard]] virtual int64_t size() const = 0;
  /// Name within the source ("a/b.png"), 0 <= i < size(). Came from outside: base::printable() before showing it.
  [[nodiscard]] virtual std::string name(int64_t i) const = 0;
  /// The same for messages: where the picture lies, with its folder or archive.
  [[nodiscard]] virtual std::string where(int64_t i) const { return name(i); }
  /// As the picture is now. Nothing where the source cannot tell. Throws DataError or SystemError that names the
  /// picture.
  [[nodiscard]] virtual std::optional<PictureStamp> stamp(int64_t) const { return std::nullopt; }
  /// The bytes of a picture file, whatever its format. Throws DataError or SystemError that names the picture.
  [[nodiscard]] virtual std::vector<std::byte> read(int64_t i) const = 0;
};

/// Pictures larger than this (bytes in the file, or unpacked from a zip) are refused one by one.
inline constexpr uint64_t kMaxPictureBytes = uint64_t{1} << 28;

/// folder (recursive; .png .jpg .jpeg .webp .ppm .pgm in any case, sorted by name), zip, LMDB (folder or data file),
/// dataset, font, or a single picture. limit > 0: at most that many pictures. Throws DataError / SystemError naming
/// path.
std::unique_ptr<PictureSource> open_source(const std::string& path, int64_t limit = 0);

/// One path per line; empty lines are skipped.
std::unique_ptr<PictureSource> read_path_list(std::istream& lines, int64_t limit = 0);

/// The sources one after another; "-" is a list on list. Throws UsageError where paths is empty or names "-" twice.
std::unique_ptr<PictureSource> open_sources(const std::vector<std::string>& paths, std::istream& list,
                                            int64_t limit = 0);

}  // namespace inr::dataset
