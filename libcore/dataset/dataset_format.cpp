// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "dataset/dataset_format.hpp"

#include "base/error.hpp"
#include "base/little_endian.hpp"

namespace inr::dataset {
namespace {

constexpr int64_t kMaxSide = int64_t{1} << 20;  // px

[[noreturn]] void bad_header(const std::string& where, const std::string& key) {
  throw base::DataError(base::Fault::kDamaged, where, "the dataset's header is damaged at \"" + key + "\"",
                        "build it again with inr-prep");
}

int64_t header_int(const base::Json& header, const std::string& key, int64_t max, const std::string& where) {
  const auto found = header.find(key);
  if (found == header.end() || !found->is_number_integer()) bad_header(where, key);
  if (found->is_number_unsigned() && found->get<uint64_t>() > static_cast<uint64_t>(max)) bad_header(where, key);
  const auto value = found->get<int64_t>();
  if (value < 0 || value > max) bad_header(where, key);
  return value;
}

std::string header_string(const base::Json& header, const std::string& key, const std::string& where) {
  const auto found = header.find(key);
  if (found == header.end() || !found->is_string()) bad_header(where, key);
  return found->get<std::string>();
}

base::Json header_object(const base::Json& header, const std::string& key, const std::string& where) {
  const auto found = header.find(key);
  if (found == header.end() || !found->is_object()) bad_header(where, key);
  return *found;
}

}  // namespace

std::array<std::byte, 8> record_key(int64_t index) noexcept {
  std::array<std::byte, 8> key{};
  const auto value = static_cast<uint64_t>(index);
  for (size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::byte>(value >> (56 - 8 * i) & 0xFF);
  return key;
}

std::array<std::byte, kRecordHeaderBytes> pack_record(const RecordInfo& record) noexcept {
  std::array<std::byte, kRecordHeaderBytes> bytes{};
  base::store_le(std::span(bytes), kDatasetRecordMagic);
  bytes[4] = static_cast<std::byte>(record.codec);
  bytes[5] = static_cast<std::byte>(record.channels);
  base::store_le(std::span(bytes).subspan(8), static_cast<uint32_t>(record.width));
  base::store_le(std::span(bytes).subspan(12), static_cast<uint32_t>(record.height));
  return bytes;
}

RecordInfo parse_record(std::span<const std::byte> value, uint64_t n_bytes, const std::string& where) {
  const auto fail = [&](std::string_view fault) {
    throw base::DataError(base::Fault::kDamaged, where, fault, "build it again with inr-prep");
  };
  if (n_bytes <= kRecordHeaderBytes || value.size() < kRecordHeaderBytes) fail("the record is cut short");
  if (base::load_le<uint32_t>(value) != kDatasetRecordMagic) fail("the record is damaged: wrong magic");
  const auto codec = std::to_integer<uint8_t>(value[4]);
  if (codec > static_cast<uint8_t>(Codec::kWebp)) fail("the record is damaged: unknown codec");
  RecordInfo record;
  record.codec = static_cast<Codec>(codec);
  record.channels = std::to_integer<int>(value[5]);
  record.width = base::load_le<uint32_t>(value.subspan(8));
  record.height = base::load_le<uint32_t>(value.subspan(12));
  if (record.channels != 3) fail("the record is damaged: its pictures do not have 3 channels");
  if (record.width < 1 || record.width > kMaxSide || record.height < 1 || record.height > kMaxSide)
    fail("the record is damaged: impossible size");
  const auto n_raw = static_cast<uint64_t>(record.width * record.height * record.channels);
  if (record.codec == Codec::kRaw && n_bytes - kRecordHeaderBytes != n_raw) fail("the record is damaged: wrong length");
  return record;
}

std::string header_text(const DatasetInfo& info, const std::string& hash_state) {
  base::Json header;
  header["format"] = "inr dataset";
  header["version"] = kDatasetVersion;
  header["state"] = info.complete ? "complete" : "building";
  header["count"] = info.count;
  header["width"] = info.width;
  header["height"] = info.height;
  header["channels"] = info.channels;
  header["codec"] = info.codec;
  header["sources"] = info.n_sources;
  header["skipped"] = info.n_skipped;
  header["recipe"] = info.recipe;
  header["versions"] = info.versions;
  header["content_hash"] = info.content_hash;
  if (!info.complete) header["hash_state"] = hash_state;
  return base::dump_json(header);
}

DatasetInfo parse_header(std::string_view text, const std::string& where, std::string& hash_state) {
  const base::Json header = base::parse_json(text, where + ": header");
  if (!header.is_object()) bad_header(where, "{");
  const int64_t version = header_int(header, "version", INT32_MAX, where);
  if (version > kDatasetVersion)
    throw base::DataError(base::Fault::kNewer, where,
                          "is a dataset of version " + std::to_string(version) + ", this program reads version " +
                              std::to_string(kDatasetVersion),
                          "use a newer program");
  DatasetInfo info;
  const std::string state = header_string(header, "state", where);
  if (version < 1 || header_string(header, "format", where) != "inr dataset") bad_header(where, "format");
  if (state != "complete" && state != "building") bad_header(where, "state");
  info.complete = state == "complete";
  info.count = header_int(header, "count", int64_t{1} << 40, where);
  info.width = header_int(header, "width", kMaxSide, where);
  info.height = header_int(header, "height", kMaxSide, where);
  info.channels = header_int(header, "channels", 3, where);
  info.codec = header_string(header, "codec", where);
  info.n_sources = header_int(header, "sources", int64_t{1} << 40, where);
  info.n_skipped = header_int(header, "skipped", int64_t{1} << 40, where);
  info.recipe = header_object(header, "recipe", where);
  info.versions = header_object(header, "versions", where);
  info.content_hash = header_string(header, "content_hash", where);
  if (info.channels != 3) bad_header(where, "channels");
  if ((info.width == 0) != (info.height == 0)) bad_header(where, "width");
  if (info.n_sources - info.n_skipped != info.count) bad_header(where, "sources");
  if (info.content_hash.size() != (info.complete ? 64U : 0U)) bad_header(where, "content_hash");
  hash_state = info.complete ? "" : header_string(header, "hash_state", where);
  return info;
}

void hash_record(base::Sha256& hash, std::span<const std::byte> value) noexcept {
  std::array<std::byte, 8> length{};
  base::store_le(std::span(length), uint64_t{value.size()});
  hash.update(length);
  hash.update(value);
}

}  // namespace inr::dataset
