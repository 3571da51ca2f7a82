// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Pictures in LMDB files: datasets of ours, and LSUN's (main database: name -> WebP or JPEG file), through
// lmdb::LmdbReader, which trusts nothing in them.
#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "dataset/dataset.hpp"
#include "dataset/sources_kinds.hpp"
#include "image/encode.hpp"
#include "lmdb/lmdb_reader.hpp"

namespace inr::dataset {
namespace {

class DatasetSource final : public PictureSource {
 public:
  DatasetSource(const std::string& path, int64_t limit)
      : reader_(path), size_(static_cast<int64_t>(limited_count(static_cast<size_t>(reader_.size()), limit))) {}
  [[nodiscard]] std::string kind() const override { return "dataset"; }
  [[nodiscard]] int64_t size() const override { return size_; }
  [[nodiscard]] std::string name(int64_t i) const override { return reader_.source_name(i); }
  [[nodiscard]] std::optional<PictureStamp> stamp(int64_t i) const override {
    const RecordChecksum record = reader_.checksum(i);
    return PictureStamp{record.n_bytes, record.crc32c, true};
  }
  [[nodiscard]] std::vector<std::byte> read(int64_t i) const override {
    RecordInfo record;
    std::vector<std::byte> bytes = reader_.encoded(i, &record);
    return record.codec == Codec::kRaw ? image::encode_ppm(reader_.read_image(i)) : bytes;
  }

 private:
  DatasetReader reader_;
  int64_t size_;
};

class LmdbSource final : public PictureSource {
 public:
  LmdbSource(const std::string& path, int64_t limit) : lmdb_(path), mark_(mark_of(lmdb_)) {
    lmdb_.for_each(lmdb_.main_tree(), [&](std::span<const std::byte> key, const lmdb::LmdbValue& value) {
      if (!value.is_database) pictures_.emplace_back(key_text(key), value);
      return limit <= 0 || size() < limit;
    });
  }
  [[nodiscard]] std::string kind() const override { return "lmdb"; }
  [[nodiscard]] int64_t size() const override { return static_cast<int64_t>(pictures_.size()); }
  [[nodiscard]] std::string name(int64_t i) const override { return pictures_.at(static_cast<size_t>(i)).first; }
  [[nodiscard]] std::optional<PictureStamp> stamp(int64_t i) const override {
    return PictureStamp{pictures_.at(static_cast<size_t>(i)).second.n_bytes, mark_};
  }
  [[nodiscard]] std::vector<std::byte> read(int64_t i) const override {
    const auto& [name, value] = pictures_.at(static_cast<size_t>(i));
    if (value.n_bytes > kMaxPictureBytes)
      throw base::DataError(base::Fault::kUnsupported, lmdb_.path() + ": " + name, "is larger than 256 MiB");
    return lmdb_.read(value);
  }

 private:
  // LMDB keeps no checksums: what changes with every commit stands for the contents of all records.
  static uint64_t mark_of(const lmdb::LmdbReader& lmdb) {
    base::Sha256 hash;
    for (const uint64_t part : {lmdb.transaction(), lmdb.n_expected_bytes(), lmdb.modified_ns()})
      hash.update(std::to_string(part) + ' ');
    return std::stoull(hash.hex().substr(0, 16), nullptr, 16);
  }
  // The key where it is plain text, else in hex.
  static std::string key_text(std::span<const std::byte> key) {
    const bool plain =
        std::all_of(key.begin(), key.end(), [](std::byte b) { return b > std::byte{0x20} && b < std::byte{0x7f}; });
    std::string text;
    for (const std::byte b : key) {
      const auto value = std::to_integer<unsigned>(b);
      if (plain)
        text += static_cast<char>(value);
      else
        (text += "0123456789abcdef"[value >> 4]) += "0123456789abcdef"[value & 15];
    }
    return text;
  }
  lmdb::LmdbReader lmdb_;
  uint64_t mark_;
  std::vector<std::pair<std::string, lmdb::LmdbValue>> pictures_;
};

}  // namespace

std::unique_ptr<PictureSource> open_lmdb_source(const std::string& path, int64_t limit) {
  {
    const lmdb::LmdbReader lmdb(path);
    if (lmdb.pristine() || (lmdb.find_tree("images") && lmdb.find_tree("meta")))
      return std::make_unique<DatasetSource>(path, limit);
  }
  auto source = std::make_unique<LmdbSource>(path, limit);
  if (source->size() == 0) throw base::DataError(path, "the LMDB file holds no pictures");
  return source;
}

}  // namespace inr::dataset
