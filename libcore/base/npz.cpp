// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// .npz through libzip. The archive is read into memory first, so that nobody changes it under the reader (large ones of
// which a part is wanted are mapped). Sizes come from the central directory (NumPy leaves them out of the local
// headers) and are checked against what the archive can hold.
#include <zip.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/npy.hpp"
#include "base/widen.hpp"

namespace inr::base {
namespace {

constexpr std::string_view kSuffix = ".npy";
constexpr uint64_t kMaxMembers = 65536;
constexpr uint64_t kDeflateRatio = 1032;  // the most that deflate can inflate to: 258 bytes from two bits
constexpr zip_uint16_t kDosDate1980 = (1U << 5U) | 1U;

struct DiscardArchive {
  void operator()(zip_t* archive) const noexcept { ::zip_discard(archive); }
};
struct CloseMember {
  void operator()(zip_file_t* file) const noexcept { ::zip_fclose(file); }
};
struct FreeSource {
  void operator()(zip_source_t* source) const noexcept { ::zip_source_free(source); }
};
using Archive = std::unique_ptr<zip_t, DiscardArchive>;
using Member = std::unique_ptr<zip_file_t, CloseMember>;
using Source = std::unique_ptr<zip_source_t, FreeSource>;

// A member must say what libzip needs to know, and must not promise more than its compressed bytes can give.
uint64_t checked_size(const zip_stat_t& status, uint64_t archive_bytes, std::string_view where) {
  constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  if ((status.valid & kNeeded) != kNeeded)
    throw DataError(Fault::kDamaged, where, "has no size in the directory of the archive", "the archive is damaged");
  if ((status.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && status.encryption_method != ZIP_EM_NONE) {
    throw DataError(Fault::kUnsupported, where, "is encrypted", "save it without a password");
  }
  const bool stored = status.comp_method == ZIP_CM_STORE;
  if (!stored && status.comp_method != ZIP_CM_DEFLATE) {
    throw DataError(Fault::kUnsupported, where, "is compressed by method " + std::to_string(status.comp_method),
                    "use numpy.savez or numpy.savez_compressed");
  }
  const uint64_t packed = status.comp_size;
  if (packed > archive_bytes || (stored ? status.size != packed : status.size / kDeflateRatio > packed)) {
    throw DataError(Fault::kDamaged, where,
                    "promises " + std::to_string(status.size) + " bytes, which its " + std::to_string(packed) +
                        " compressed bytes cannot hold",
                    "the archive is damaged");
  }
  return status.size;
}

std::vector<std::byte> read_member(zip_t* archive, zip_uint64_t index, uint64_t size, std::string_view where) {
  const Member file(::zip_fopen_index(archive, index, 0));
  const auto damaged = [&](zip_error_t* fault) {
    return DataError(Fault::kDamaged, where, "cannot be decompressed: " + std::string(::zip_error_strerror(fault)),
                     "the archive is damaged");
  };
  if (file == nullptr) throw damaged(::zip_get_error(archive));
  std::vector<std::byte> bytes(static_cast<size_t>(size));
  uint64_t done = 0;
  while (done < size) {
    const zip_int64_t n = ::zip_fread(file.get(), bytes.data() + done, size - done);
    if (n < 0) throw damaged(::zip_file_get_error(file.get()));
    if (n == 0) throw DataError(Fault::kDamaged, where, "is shorter than the archive says", "the archive is damaged");
    done += static_cast<uint64_t>(n);
  }
  // One byte more: only at its end does libzip compare the checksum.
  std::byte extra{};
  const zip_int64_t n = ::zip_fread(file.get(), &extra, 1);
  if (n < 0) throw damaged(::zip_file_get_error(file.get()));
  if (n > 0) throw DataError(Fault::kDamaged, where, "is longer than the archive says", "the archive is damaged");
  return bytes;
}

// The archive is whole and the checksum of the member right: an array that is cut short in it, empty or none at all is
// damage of the archive, not the state of the file.
NpyArray parse_member(std::span<const std::byte> bytes, const std::string& where) {
  try {
    return parse_npy(bytes, where);
  } catch (const DataError& error) {
    if (error.fault() == Fault::kNewer || error.fault() == Fault::kUnsupported) throw;
    throw DataError(Fault::kDamaged, {}, error.what());
  }
}

Archive open_archive(std::span<const std::byte> bytes, std::string_view where) {
  zip_error_t fault;
  ::zip_error_init(&fault);
  Archive archive;
  if (zip_source_t* source = ::zip_source_buffer_create(bytes.data(), bytes.size(), 0, &fault); source != nullptr) {
    archive.reset(::zip_open_from_source(source, ZIP_RDONLY, &fault));
    if (archive == nullptr) ::zip_source_free(source);
  }
  const std::string reason = ::zip_error_strerror(&fault);
  const bool no_archive = ::zip_error_code_zip(&fault) == ZIP_ER_NOZIP;
  ::zip_error_fini(&fault);
  if (archive != nullptr) return archive;
  const bool starts_well = bytes.size() >= 4 && bytes[0] == std::byte{'P'} && bytes[1] == std::byte{'K'};
  if (no_archive && !starts_well) throw DataError(Fault::kForeign, where, "is not an npz file");
  if (no_archive)
    throw DataError(Fault::kCutShort, where, "cut short: the directory at the end of the archive is missing",
                    "copy it again");
  throw DataError(Fault::kDamaged, where, "cannot be read as an archive: " + printable(reason),
                  "the file is damaged; copy it again");
}

void add_member(zip_t* archive, const std::string& name, const std::vector<std::byte>& bytes,
                const std::string& where) {
  zip_source_t* source = ::zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
  const zip_int64_t index =
      source == nullptr ? -1 : ::zip_file_add(archive, (name + std::string(kSuffix)).c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    if (source != nullptr) ::zip_source_free(source);
    throw DataError(where, "cannot add '" + printable(name) + "': " + ::zip_strerror(archive));
  }
  // Stored, because numbers hardly shrink; with a fixed date, so that the same arrays give the same bytes.
  const auto at = static_cast<zip_uint64_t>(index);
  if (::zip_set_file_compression(archive, at, ZIP_CM_STORE, 0) != 0 ||
      ::zip_file_set_dostime(archive, at, 0, kDosDate1980, 0) != 0) {
    throw DataError(where, "cannot add '" + printable(name) + "': " + ::zip_strerror(archive));
  }
}

std::vector<std::byte> drain(zip_source_t* source, const std::string& where) {
  zip_stat_t status;
  ::zip_stat_init(&status);
  if (::zip_source_open(source) != 0 || ::zip_source_stat(source, &status) != 0) {
    throw DataError(where, "cannot pack: " + std::string(::zip_error_strerror(::zip_source_error(source))));
  }
  std::vector<std::byte> bytes(static_cast<size_t>(status.size));
  const zip_int64_t n = ::zip_source_read(source, bytes.data(), bytes.size());
  ::zip_source_close(source);
  if (n < 0 || static_cast<uint64_t>(n) != bytes.size())
    throw DataError(where, "cannot pack: the archive is incomplete");
  return bytes;
}

// The members for which wanted(name) is true, name without its suffix; where null, all, and then they must be arrays.
std::map<std::string, NpyArray> parse_members(std::span<const std::byte> bytes, std::string_view where,
                                              uint64_t max_bytes, const std::function<bool(std::string_view)>& wanted) {
  if (bytes.empty()) throw DataError(Fault::kEmpty, where, "is empty");
  const Archive archive = open_archive(bytes, where);
  const zip_int64_t n_members = ::zip_get_num_entries(archive.get(), 0);
  if (n_members < 0 || static_cast<uint64_t>(n_members) > kMaxMembers)
    throw DataError(Fault::kUnsupported, where, "has too many members");
  std::map<std::string, NpyArray> arrays;
  uint64_t total = 0, packed = 0;
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(n_members); ++i) {
    zip_stat_t status;
    ::zip_stat_init(&status);
    if (::zip_stat_index(archive.get(), i, 0, &status) != 0 || status.name == nullptr) {
      throw DataError(Fault::kDamaged, where, "member " + std::to_string(i) + " has no name", "the archive is damaged");
    }
    std::string name = status.name;
    const std::string member = std::string(where) + ": member '" + printable(name) + "'";
    const bool array_name = name.ends_with(kSuffix);
    if (!array_name && !wanted) throw DataError(Fault::kUnsupported, member, "is not an .npy array");
    if (array_name) name.resize(name.size() - kSuffix.size());
    if (wanted && (!array_name || !wanted(name))) continue;
    const uint64_t size = checked_size(status, bytes.size(), member);
    if (size > max_bytes - total) {
      throw DataError(Fault::kUnsupported, where, "unpacks to more than " + std::to_string(max_bytes) + " bytes");
    }
    total += size;
    packed += status.comp_size;
    // Members that overlap would multiply what the bound on each of them allows.
    if (packed > bytes.size()) throw DataError(Fault::kDamaged, where, "its members overlap", "the archive is damaged");
    NpyArray array = parse_member(read_member(archive.get(), i, size, member), member);
    if (!arrays.emplace(std::move(name), std::move(array)).second)
      throw DataError(Fault::kDamaged, member, "appears twice");
  }
  return arrays;
}

}  // namespace

std::map<std::string, NpyArray> parse_npz(std::span<const std::byte> bytes, std::string_view where,
                                          uint64_t max_bytes) {
  return parse_members(bytes, where, max_bytes, nullptr);
}

std::map<std::string, NpyArray> read_npz(const std::string& path, uint64_t max_bytes) {
  return parse_npz(read_file(path), path, max_bytes);
}

std::map<std::string, NpyArray> read_npz_members(const std::string& path, std::span<const std::string_view> names,
                                                 uint64_t max_bytes) {
  const MappedFile file(path);  // large archives may hold much that is not asked for
  return parse_members(file.bytes(), path, max_bytes, [names](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  });
}

std::vector<std::string> npz_names(const std::string& path) {
  const MappedFile file(path);
  if (file.bytes().empty()) throw DataError(Fault::kEmpty, path, "is empty");
  const Archive archive = open_archive(file.bytes(), path);
  std::vector<std::string> names;
  const zip_int64_t n_members = ::zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < n_members; ++i) {
    const char* name = ::zip_get_name(archive.get(), static_cast<zip_uint64_t>(i), 0);
    names.emplace_back(name == nullptr ? "" : name);
  }
  return names;
}

void write_npz(const std::string& path, const std::map<std::string, NpyArray>& arrays) {
  zip_error_t fault;
  ::zip_error_init(&fault);
  const Source source(::zip_source_buffer_create(nullptr, 0, 0, &fault));
  Archive archive(source == nullptr ? nullptr : ::zip_open_from_source(source.get(), ZIP_TRUNCATE, &fault));
  const std::string reason = ::zip_error_strerror(&fault);
  ::zip_error_fini(&fault);
  if (archive == nullptr) throw DataError(path, "cannot pack: " + reason);
  ::zip_source_keep(source.get());  // for us, beside the archive's own

  std::map<std::string, std::vector<std::byte>> members;  // libzip reads them when the archive is closed
  for (const auto& [name, array] : arrays) {
    const std::string header = npy_header(array.dtype, array.shape);
    const auto header_bytes = std::as_bytes(std::span(header));
    std::vector<std::byte>& bytes = members[name];
    bytes.reserve(header.size() + array.data.size());
    bytes.assign(header_bytes.begin(), header_bytes.end());
    bytes.insert(bytes.end(), array.data.begin(), array.data.end());
    add_member(archive.get(), name, bytes, path);
  }
  if (::zip_close(archive.get()) != 0)
    throw DataError(path, "cannot pack: " + std::string(::zip_strerror(archive.get())));
  (void)archive.release();  // closed: nothing left to discard
  // libzip removes an archive without members instead of writing one: its end record is then all there is.
  std::vector<std::byte> packed(22);
  if (arrays.empty()) {
    std::memcpy(packed.data(), "PK\x05\x06", 4);
  } else {
    packed = drain(source.get(), path);
  }
  AtomicFile file(path);
  file.write(packed);
  file.commit();
}

}  // namespace inr::base
