// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Reading a dataset: pictures in one LMDB file, man page inr-dataset.5. liblmdb takes no part in reading: it trusts the
// pages of its file. Every access goes through lmdb::LmdbReader (own bounds-checked walk), and every record carries a
// checksum.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "image/image.hpp"

namespace inr::dataset {

inline constexpr int kDatasetVersion = 1;
inline constexpr size_t kRecordHeaderBytes = 16;

/// How the pictures of a dataset are stored.
enum class Codec : uint8_t { kRaw = 0, kPng = 1, kJpeg = 2, kWebp = 3 };
/// "raw", "png", "jpg", "webp".
const char* codec_name(Codec codec) noexcept;

/// The 16 bytes before every encoded picture.
struct RecordInfo {
  Codec codec = Codec::kPng;
  int channels = 3;
  int64_t width = 0, height = 0;  // px
};

/// What a dataset keeps of every picture it was made of, those left out too, so that other contents under the same
/// name are noticed. No part of the recipe nor of the content hash.
struct SourceStamp {
  enum class State { kUnknown, kUnreadable, kKnown };
  State state = State::kUnknown;  // kUnknown: made by a program of before, or of a source that cannot tell
  uint64_t n_bytes = 0;           // n_bytes and mark as in PictureStamp (sources.hpp)
  uint64_t mark = 0;
  uint32_t crc32c = 0;  // of the picture file
  bool operator==(const SourceStamp&) const = default;
};

/// Of one record, as stored beside it.
struct RecordChecksum {
  uint64_t n_bytes = 0;  // header and picture
  uint32_t crc32c = 0;
};

/// The header record of a dataset.
struct DatasetInfo {
  int64_t count = 0;              // records
  int64_t width = 0, height = 0;  // px; both 0 where the records differ in size
  int64_t channels = 3;
  std::string codec;                           // "png", "jpg:95", "raw"
  base::Json recipe = base::Json::object();    // how the pictures were made: sources, crop, size, filter, ...
  base::Json versions = base::Json::object();  // program and libraries that made it
  std::string content_hash;  // SHA-256, 64 hex digits, over the records in order; empty until complete
  bool complete = false;     // false: "building", an interrupted inr-prep continues it
  int64_t n_sources = 0;     // source pictures consumed so far
  int64_t n_skipped = 0;     // of these, the ones left out because they could not be read
};

struct DatasetReadOptions {
  bool allow_building = false;  // read what is there of a dataset whose build was interrupted
};

/// A dataset whose build has not come to its end: inr-prep was interrupted, or is still at work. Fault::kOther.
class UnfinishedDataset : public base::DataError {
 public:
  using DataError::DataError;
};

/// A dataset open for reading. Safe for concurrent reads from several threads. Costs a few small reads to open,
/// whatever the size of the file; each record is checked when it is read.
class DatasetReader {
 public:
  /// Throws SystemError (cannot open), DataError (not a dataset, cut short, damaged, newer than this program),
  /// UnfinishedDataset.
  explicit DatasetReader(const std::string& path, DatasetReadOptions options = {});
  ~DatasetReader();
  DatasetReader(DatasetReader&&) noexcept;
  DatasetReader& operator=(DatasetReader&&) noexcept;
  DatasetReader(const DatasetReader&) = delete;
  DatasetReader& operator=(const DatasetReader&) = delete;

  [[nodiscard]] const std::string& path() const noexcept;
  [[nodiscard]] const DatasetInfo& info() const noexcept;
  [[nodiscard]] int64_t size() const noexcept;  // records

  /// Codec and size of record i, 0 <= i < size(). These and the next throw DataError (damaged), UsageError (i out of
  /// range).
  [[nodiscard]] RecordInfo record(int64_t i) const;
  /// The encoded picture (a whole PNG or JPEG file; raw: [H, W, C] bytes) without the record header; checksum verified.
  [[nodiscard]] std::vector<std::byte> encoded(int64_t i, RecordInfo* info = nullptr) const;
  /// Decoded into out [H, W, 3]; out.size() must be height * width * 3 of that record.
  void read_rgb(int64_t i, std::span<uint8_t> out) const;
  /// Decoded, [H, W, 3].
  [[nodiscard]] image::Image read_image(int64_t i) const;
  /// Name of the picture that record i was made of. Not safe for a terminal: base::printable().
  [[nodiscard]] std::string source_name(int64_t i) const;
  /// As stored, without reading the record. Throws DataError.
  [[nodiscard]] RecordChecksum checksum(int64_t i) const;
  /// Of the source pictures first, first + 1 ... last - 1, 0 <= first <= last <= info().n_sources. Throws DataError
  /// (damaged).
  [[nodiscard]] std::vector<SourceStamp> source_stamps(int64_t first, int64_t last) const;

  /// Reads everything: all pages, all records with their checksums, the stamps of the sources, the content hash where
  /// it is known. progress(done) may be null. Throws DataError naming the first fault.
  void check(const std::function<void(int64_t)>& progress = nullptr) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace inr::dataset
