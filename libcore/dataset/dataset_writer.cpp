// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// liblmdb is used for writing alone, on files that are new or whose every page was checked before.
#include "dataset/dataset_writer.hpp"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "base/crc32c.hpp"
#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "dataset/dataset_format.hpp"
#include "dataset/lmdb_transaction.hpp"
#include "dataset/source_stamps.hpp"
#include "lmdb/lmdb_reader.hpp"

namespace inr::dataset {
namespace {

constexpr uint64_t kFirstMapBytes = uint64_t{1} << 20;
constexpr uint64_t kMaxMapStep = uint64_t{64} << 30;

// The first key in which two recipes differ, for a message: "size is 64 there and 32 here".
std::string difference(const base::Json& there, const base::Json& here) {
  for (const auto& [key, value] : here.items()) {
    const auto other = there.find(key);
    if (other == there.end()) return base::printable(key) + " is not stated there";
    if (*other == value) continue;
    if (value.is_object() && other->is_object()) return base::printable(key) + ": " + difference(*other, value);
    return base::printable(key) + " is " + base::printable(base::dump_json(*other)) + " there and " +
           base::printable(base::dump_json(value)) + " here";
  }
  for (const auto& [key, value] : there.items())
    if (!here.contains(key)) return base::printable(key) + " is " + base::printable(base::dump_json(value)) + " there";
  return "no difference";
}

}  // namespace

struct DatasetWriter::State {
  struct Pending {
    std::array<std::byte, 8> key{};
    std::vector<std::byte> value, source;
  };

  ~State();
  void lock();
  bool read_existing();
  void open_env();
  void commit();
  [[noreturn]] void fail(std::string_view action, int rc) const;

  std::string path;
  int lock_fd = -1;
  bool created = false;  // by this object, and nothing is committed yet
  MDB_env* env = nullptr;
  uint64_t map_bytes = 0;
  DatasetInfo info;
  base::Sha256 hash;
  std::vector<Pending> pending;
  uint64_t pending_bytes = 0;
  PendingStamps stamps;
  bool dirty = false;  // info differs from what is committed
};

DatasetWriter::State::~State() {
  if (env != nullptr) mdb_env_close(env);
  if (created) ::unlink(path.c_str());  // a build that failed before its first batch leaves nothing behind
  if (lock_fd >= 0) ::close(lock_fd);
}

void DatasetWriter::State::fail(std::string_view action, int rc) const {
  // liblmdb reports a short write, which is what a full disk gives first, as EIO.
  struct statvfs disk {};
  if (rc == EIO && ::statvfs(path.c_str(), &disk) == 0 &&
      uint64_t{disk.f_bavail} * disk.f_frsize < 2 * pending_bytes + 65536)
    rc = ENOSPC;
  if (rc == ENOSPC || rc == EDQUOT || rc == EFBIG)
    throw base::SystemError(
        path + ": cannot " + std::string(action) + ": " + mdb_strerror(rc) + "; " +
        (created ? "make room and run it again" : "what was committed is kept: make room and run it again"));
  if (rc > 0) throw base::SystemError(path, action, rc);
  throw base::DataError(path, "cannot " + std::string(action) + ": " + mdb_strerror(rc));
}

// The lock is on the file itself, so that no second file is left beside the dataset.
void DatasetWriter::State::lock() {
  struct stat before {};
  created = ::stat(path.c_str(), &before) != 0;
  lock_fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
  if (lock_fd < 0) {
    const int error = errno;
    created = false;
    throw base::SystemError(path, "open for writing", error);
  }
  struct stat status {};
  if (::fstat(lock_fd, &status) != 0) throw base::SystemError(path, "look up its size", errno);
  if (!S_ISREG(status.st_mode)) throw base::DataError(path, "is not a regular file", "name a file with -o");
  if (::flock(lock_fd, LOCK_EX | LOCK_NB) != 0) {
    created = false;
    throw base::DataError(path, "another program is writing this dataset", "wait for it, or choose another file");
  }
}

// False where the file is new (or was never committed to).
bool DatasetWriter::State::read_existing() {
  struct stat status {};
  if (::fstat(lock_fd, &status) != 0) throw base::SystemError(path, "look up its size", errno);
  if (status.st_size == 0) return false;
  if (!lmdb::looks_like_lmdb(path))
    throw base::DataError(base::Fault::kForeign, path, "exists and is not a dataset",
                          "delete it, or choose another file");
  const lmdb::LmdbReader lmdb(path);
  if (lmdb.pristine()) {
    // A kill may have come between the two meta pages: begin again.
    if (::ftruncate(lock_fd, 0) != 0) throw base::SystemError(path, "write", errno);
    return false;
  }
  lmdb.check_all();
  const DatasetReader reader(path, {.allow_building = true});
  const std::optional<lmdb::LmdbTree> meta = lmdb.find_tree(kMetaTree);
  const std::optional<lmdb::LmdbValue> header =
      meta ? lmdb.find(*meta, std::as_bytes(std::span(kHeaderKey))) : std::nullopt;
  if (!header)
    throw base::DataError(base::Fault::kDamaged, path, "the dataset's header is missing",
                          "delete it and build it again");
  const std::vector<std::byte> bytes = lmdb.read(*header);
  std::string hash_state;
  info = parse_header({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path, hash_state);
  if (!info.complete) {
    hash = base::Sha256::restore(hash_state);
    stamps.begin(info.n_sources,
                 reader.source_stamps(info.n_sources / kStampsInGroup * kStampsInGroup, info.n_sources));
  }
  map_bytes = 2 * lmdb.n_expected_bytes();
  return true;
}

void DatasetWriter::State::open_env() {
  map_bytes = std::max(map_bytes, kFirstMapBytes) / kFirstMapBytes * kFirstMapBytes;
  int rc = mdb_env_create(&env);
  if (rc == 0) rc = mdb_env_set_maxdbs(env, 3);
  if (rc == 0) rc = mdb_env_set_mapsize(env, map_bytes);
  if (rc == 0) rc = mdb_env_open(env, path.c_str(), MDB_NOSUBDIR | MDB_NOLOCK | MDB_NORDAHEAD, 0666);
  if (rc != 0) fail("open for writing", rc);
}

void DatasetWriter::State::commit() {
  const std::string header = header_text(info, hash.save());
  const std::vector<PendingStamps::Record> stamp_records = stamps.records();
  for (;;) {
    // Handles are opened anew: after an aborted transaction those it created are void.
    MDB_dbi images = 0;
    MDB_dbi sources = 0;
    MDB_dbi meta = 0;
    int rc = 0;
    {
      Transaction transaction(env);
      transaction.open(kImagesTree, images);
      transaction.open(kSourcesTree, sources);
      transaction.open(kMetaTree, meta);
      for (const Pending& record : pending) {
        transaction.put(images, record.key, record.value, MDB_APPEND);
        transaction.put(sources, record.key, record.source, MDB_APPEND);
      }
      for (const auto& [key, value] : stamp_records) transaction.put(meta, key, value, 0);
      transaction.put(meta, std::as_bytes(std::span(kHeaderKey)), std::as_bytes(std::span(header)), 0);
      rc = transaction.commit();
    }
    if (rc == 0) break;
    if (rc != MDB_MAP_FULL) fail("write", rc);
    map_bytes += std::min(map_bytes, kMaxMapStep) + (4 * pending_bytes / kFirstMapBytes) * kFirstMapBytes;
    rc = mdb_env_set_mapsize(env, map_bytes);
    if (rc != 0) fail("enlarge its map", rc);
  }
  created = false;
  dirty = false;
  stamps.committed();
  pending.clear();
  pending_bytes = 0;
}

DatasetWriter::DatasetWriter(const std::string& path, std::string codec, base::Json recipe, base::Json versions)
    : state_(std::make_unique<State>()) {
  state_->path = path;
  state_->lock();
  if (state_->read_existing()) {
    const base::Json there = {{"codec", state_->info.codec}, {"recipe", state_->info.recipe}};
    const base::Json here = {{"codec", codec}, {"recipe", recipe}};
    if (there != here)
      throw base::DataError(path, "exists and was made with other options: " + difference(there, here),
                            "choose another file, delete this one, or use its options");
  } else {
    state_->info.codec = std::move(codec);
    state_->info.recipe = std::move(recipe);
    state_->info.versions = std::move(versions);
    state_->dirty = true;
  }
  if (!state_->info.complete) state_->open_env();
}

DatasetWriter::~DatasetWriter() = default;

const DatasetInfo& DatasetWriter::info() const noexcept { return state_->info; }
uint64_t DatasetWriter::pending_bytes() const noexcept { return state_->pending_bytes; }

void DatasetWriter::append(const RecordInfo& record, std::span<const std::byte> encoded, std::string_view source_name,
                           const SourceStamp& stamp) {
  DatasetInfo& info = state_->info;
  if (info.complete) throw std::logic_error("append() to a complete dataset");
  if (encoded.empty() || encoded.size() > kMaxRecordBytes)
    throw base::DataError(base::printable(source_name),
                          "a picture of " + std::to_string(encoded.size()) + " bytes cannot be stored");
  State::Pending item;
  item.key = record_key(info.count);
  const auto header = pack_record(record);
  item.value.reserve(header.size() + encoded.size());
  item.value.assign(header.begin(), header.end());
  item.value.insert(item.value.end(), encoded.begin(), encoded.end());
  // What the reader would refuse must not get in.
  static_cast<void>(parse_record(item.value, item.value.size(), base::printable(source_name)));
  const auto name = std::as_bytes(std::span(source_name.substr(0, kMaxSourceNameBytes)));
  item.source.resize(kSourceCrcBytes);
  base::store_le(std::span(item.source), base::crc32c(item.value));
  item.source.insert(item.source.end(), name.begin(), name.end());

  if (info.count == 0) {
    info.width = record.width;
    info.height = record.height;
  } else if (record.width != info.width || record.height != info.height) {
    info.width = info.height = 0;
  }
  ++info.count;
  ++info.n_sources;
  hash_record(state_->hash, item.value);
  state_->pending_bytes += item.value.size() + item.source.size();
  state_->pending.push_back(std::move(item));
  state_->stamps.add(stamp);
  state_->dirty = true;
}

void DatasetWriter::skip(const SourceStamp& stamp) {
  ++state_->info.n_sources;
  ++state_->info.n_skipped;
  state_->stamps.add(stamp);
  state_->dirty = true;
}

void DatasetWriter::commit() {
  if (state_->dirty && !state_->info.complete) state_->commit();
}

void DatasetWriter::finish() {
  if (state_->info.complete) return;
  state_->info.complete = true;
  state_->info.content_hash = state_->hash.hex();
  state_->commit();
}

}  // namespace inr::dataset
