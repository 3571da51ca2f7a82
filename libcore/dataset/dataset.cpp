// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "dataset/dataset.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/crc32c.hpp"
#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "dataset/dataset_format.hpp"
#include "dataset/source_stamps.hpp"
#include "image/decode.hpp"
#include "lmdb/lmdb_reader.hpp"

namespace inr::dataset {
namespace {

bool can_be_opened(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

// What is not an LMDB file is reported in the user's words; LmdbReader reports what cannot be opened.
const std::string& require_lmdb(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored) && !std::filesystem::exists(path + "/data.mdb", ignored) && !ignored)
    throw base::DataError(base::Fault::kForeign, path, "is a folder, not a dataset",
                          "make a dataset of its pictures with inr-prep");
  if (std::filesystem::is_regular_file(path, ignored) && can_be_opened(path) && !lmdb::looks_like_lmdb(path))
    throw base::DataError(base::Fault::kForeign, path, "is not a dataset", "make one with inr-prep");
  return path;
}

}  // namespace

const char* codec_name(Codec codec) noexcept {
  switch (codec) {
    case Codec::kRaw:
      return "raw";
    case Codec::kPng:
      return "png";
    case Codec::kJpeg:
      return "jpg";
    case Codec::kWebp:
      return "webp";
  }
  return "unknown";
}

struct DatasetReader::State {
  explicit State(const std::string& path) : lmdb(require_lmdb(path)) {}

  [[nodiscard]] std::string where(int64_t i) const { return lmdb.path() + ": record " + std::to_string(i); }
  [[noreturn]] void damaged(const std::string& place, std::string_view fault) const {
    throw base::DataError(base::Fault::kDamaged, place, fault, "build it again with inr-prep");
  }
  [[nodiscard]] lmdb::LmdbValue find(const lmdb::LmdbTree& tree, int64_t i) const {
    if (i < 0 || i >= info.count)
      throw base::UsageError(lmdb.path() + ": there is no record " + std::to_string(i) + ", the dataset has " +
                             std::to_string(info.count));
    const std::optional<lmdb::LmdbValue> value = lmdb.find(tree, record_key(i));
    if (!value) damaged(where(i), "the record is missing");
    return *value;
  }
  [[nodiscard]] RecordInfo parse(std::span<const std::byte> value, uint64_t n_bytes, int64_t i) const {
    const RecordInfo record = parse_record(value, n_bytes, where(i));
    if (info.width != 0 && (record.width != info.width || record.height != info.height))
      damaged(where(i), "the record is damaged: it differs in size from the others");
    return record;
  }
  // Record header and picture, the checksum verified.
  [[nodiscard]] std::vector<std::byte> value(int64_t i) const {
    std::vector<std::byte> bytes = lmdb.read(find(images, i));
    const std::vector<std::byte> source = lmdb.read(find(sources, i), kSourceCrcBytes);
    if (source.size() < kSourceCrcBytes || base::load_le<uint32_t>(source) != base::crc32c(bytes))
      damaged(where(i), "the record is damaged: wrong checksum");
    return bytes;
  }
  // The checksum of the record is right: whatever is wrong with its picture, the dataset is damaged, not cut short.
  [[nodiscard]] image::Image decode(std::span<const std::byte> picture, int64_t i) const {
    try {
      return image::decode(picture, where(i));
    } catch (const base::DataError& error) {
      throw base::DataError(base::Fault::kDamaged, {}, error.what());
    }
  }
  void open();

  lmdb::LmdbReader lmdb;
  lmdb::LmdbTree images, sources, meta;
  DatasetInfo info;
};

void DatasetReader::State::open() {
  const std::string& path = lmdb.path();
  if (lmdb.pristine())
    throw UnfinishedDataset(path, "is a dataset without pictures: its build was interrupted", "run inr-prep again");
  const std::optional<lmdb::LmdbTree> found_meta = lmdb.find_tree(kMetaTree);
  const std::optional<lmdb::LmdbTree> found_images = lmdb.find_tree(kImagesTree);
  const std::optional<lmdb::LmdbTree> found_sources = lmdb.find_tree(kSourcesTree);
  if (!found_meta || !found_images || !found_sources)
    throw base::DataError(base::Fault::kForeign, path, "is an LMDB file, but not a dataset of this program",
                          "make one with inr-prep");
  images = *found_images;
  sources = *found_sources;
  meta = *found_meta;
  const std::optional<lmdb::LmdbValue> header = lmdb.find(meta, std::as_bytes(std::span(kHeaderKey)));
  if (!header) damaged(path, "the dataset's header is missing");
  const std::vector<std::byte> bytes = lmdb.read(*header);
  std::string hash_state;
  info = parse_header({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path, hash_state);
  const auto count = static_cast<uint64_t>(info.count);
  if (images.n_entries != count || sources.n_entries != count)
    damaged(path, "the dataset is damaged: it counts " + std::to_string(count) + " pictures and holds " +
                      std::to_string(images.n_entries));
  if (lmdb.n_file_bytes() < lmdb.n_expected_bytes())
    throw base::DataError(base::Fault::kCutShort, path,
                          "the dataset is cut short: it has " + std::to_string(lmdb.n_file_bytes()) + " bytes of " +
                              std::to_string(lmdb.n_expected_bytes()),
                          "build it again with inr-prep");
}

DatasetReader::DatasetReader(const std::string& path, DatasetReadOptions options)
    : state_(std::make_unique<State>(path)) {
  state_->open();
  if (!state_->info.complete && !options.allow_building)
    throw UnfinishedDataset(
        path, "the dataset is not complete: it has " + std::to_string(state_->info.count) + " pictures so far",
        "run the same inr-prep again to finish it");
}

DatasetReader::~DatasetReader() = default;
DatasetReader::DatasetReader(DatasetReader&&) noexcept = default;
DatasetReader& DatasetReader::operator=(DatasetReader&&) noexcept = default;

const std::string& DatasetReader::path() const noexcept { return state_->lmdb.path(); }
const DatasetInfo& DatasetReader::info() const noexcept { return state_->info; }
int64_t DatasetReader::size() const noexcept { return state_->info.count; }

RecordInfo DatasetReader::record(int64_t i) const {
  const lmdb::LmdbValue value = state_->find(state_->images, i);
  return state_->parse(state_->lmdb.read(value, kRecordHeaderBytes), value.n_bytes, i);
}

std::vector<std::byte> DatasetReader::encoded(int64_t i, RecordInfo* info) const {
  std::vector<std::byte> bytes = state_->value(i);
  const RecordInfo record = state_->parse(bytes, bytes.size(), i);
  if (info != nullptr) *info = record;
  bytes.erase(bytes.begin(), bytes.begin() + kRecordHeaderBytes);
  return bytes;
}

image::Image DatasetReader::read_image(int64_t i) const {
  const std::vector<std::byte> bytes = state_->value(i);
  const RecordInfo record = state_->parse(bytes, bytes.size(), i);
  const std::span<const std::byte> picture = std::span(bytes).subspan(kRecordHeaderBytes);
  if (record.codec == Codec::kRaw) {
    image::Image raw{record.width, record.height, std::vector<uint8_t>(picture.size())};
    std::transform(picture.begin(), picture.end(), raw.rgb.begin(),
                   [](std::byte b) { return std::to_integer<uint8_t>(b); });
    return raw;
  }
  image::Image decoded = state_->decode(picture, i);
  if (decoded.width != record.width || decoded.height != record.height)
    state_->damaged(state_->where(i), "the record is damaged: its picture has another size than its header says");
  return decoded;
}

void DatasetReader::read_rgb(int64_t i, std::span<uint8_t> out) const {
  const image::Image picture = read_image(i);
  if (out.size() != picture.rgb.size())
    throw base::UsageError(state_->where(i) + " has " + std::to_string(picture.width) + " x " +
                           std::to_string(picture.height) + " pixels; a buffer of " + std::to_string(out.size()) +
                           " values does not fit them");
  std::copy(picture.rgb.begin(), picture.rgb.end(), out.begin());
}

std::string DatasetReader::source_name(int64_t i) const {
  const std::vector<std::byte> bytes =
      state_->lmdb.read(state_->find(state_->sources, i), kSourceCrcBytes + kMaxSourceNameBytes);
  if (bytes.size() < kSourceCrcBytes) state_->damaged(state_->where(i), "the name of its source is cut short");
  return {reinterpret_cast<const char*>(bytes.data()) + kSourceCrcBytes, bytes.size() - kSourceCrcBytes};
}

RecordChecksum DatasetReader::checksum(int64_t i) const {
  const std::vector<std::byte> source = state_->lmdb.read(state_->find(state_->sources, i), kSourceCrcBytes);
  if (source.size() < kSourceCrcBytes) state_->damaged(state_->where(i), "its checksum is cut short");
  return {state_->find(state_->images, i).n_bytes, base::load_le<uint32_t>(source)};
}

std::vector<SourceStamp> DatasetReader::source_stamps(int64_t first, int64_t last) const {
  if (first < 0 || last < first || last > info().n_sources) throw std::out_of_range("DatasetReader::source_stamps");
  std::vector<SourceStamp> stamps(static_cast<size_t>(last - first));
  for (int64_t begin = first / kStampsInGroup * kStampsInGroup; begin < last; begin += kStampsInGroup) {
    const std::optional<lmdb::LmdbValue> value = state_->lmdb.find(state_->meta, stamps_key(begin));
    if (!value) continue;
    const std::vector<SourceStamp> group = unpack_stamps(state_->lmdb.read(*value), path());
    for (int64_t i = std::max(first, begin); i < std::min(last, begin + std::ssize(group)); ++i)
      stamps[static_cast<size_t>(i - first)] = group[static_cast<size_t>(i - begin)];
  }
  return stamps;
}

void DatasetReader::check(const std::function<void(int64_t)>& progress) const {
  state_->lmdb.check_all();
  base::Sha256 hash;
  for (int64_t i = 0; i < size(); ++i) {
    const std::vector<std::byte> value = state_->value(i);
    static_cast<void>(state_->parse(value, value.size(), i));
    hash_record(hash, value);
    if (progress) progress(i + 1);
  }
  state_->lmdb.for_each(state_->meta, [&](std::span<const std::byte> key, const lmdb::LmdbValue& value) {
    const auto word = std::as_bytes(std::span(kStampsKey));
    const bool stamps = key.size() > word.size() && std::equal(word.begin(), word.end(), key.begin());
    if (stamps) static_cast<void>(unpack_stamps(state_->lmdb.read(value), path()));
    return true;
  });
  if (info().complete && hash.hex() != info().content_hash)
    state_->damaged(path(), "the content of the dataset does not match its hash");
}

}  // namespace inr::dataset
