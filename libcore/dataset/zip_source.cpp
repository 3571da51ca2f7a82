// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Pictures in a zip, stored or deflated, in order of their names. Sizes that a zip states are believed only as far as
// bytes arrive.
#include <zip.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/error.hpp"
#include "dataset/sources_kinds.hpp"

namespace inr::dataset {
namespace {

constexpr size_t kBlockBytes = size_t{1} << 20;

std::string error_text(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

// The caller saw the first bytes of a zip: where libzip finds no directory at its end, that end is missing.
base::Fault fault_of(int code) {
  if (code == ZIP_ER_NOZIP) return base::Fault::kCutShort;
  return code == ZIP_ER_MULTIDISK ? base::Fault::kUnsupported : base::Fault::kDamaged;
}

class ZipSource final : public PictureSource {
 public:
  ZipSource(const std::string& path, int64_t limit) : path_(path) {
    int code = 0;
    zip_ = zip_open(path.c_str(), ZIP_RDONLY, &code);
    if (zip_ == nullptr) throw base::DataError(fault_of(code), path, "cannot be read as a zip: " + error_text(code));
    const zip_int64_t n_entries = zip_get_num_entries(zip_, 0);
    for (zip_int64_t i = 0; i < n_entries; ++i) {
      const char* name = zip_get_name(zip_, static_cast<zip_uint64_t>(i), 0);
      if (name != nullptr && is_picture_name(name)) members_.emplace_back(name, static_cast<zip_uint64_t>(i));
    }
    std::sort(members_.begin(), members_.end());
    members_.resize(limited_count(members_.size(), limit));
  }
  ~ZipSource() override { zip_discard(zip_); }
  ZipSource(const ZipSource&) = delete;
  ZipSource& operator=(const ZipSource&) = delete;

  [[nodiscard]] std::string kind() const override { return "zip"; }
  [[nodiscard]] int64_t size() const override { return static_cast<int64_t>(members_.size()); }
  [[nodiscard]] std::string name(int64_t i) const override { return members_.at(static_cast<size_t>(i)).first; }
  [[nodiscard]] std::string where(int64_t i) const override { return path_ + ": " + name(i); }
  [[nodiscard]] std::optional<PictureStamp> stamp(int64_t i) const override {
    const std::lock_guard lock(mutex_);
    zip_stat_t status;
    zip_stat_init(&status);
    const bool known = zip_stat_index(zip_, members_.at(static_cast<size_t>(i)).second, 0, &status) == 0;
    if (!known || (status.valid & ZIP_STAT_SIZE) == 0 || (status.valid & ZIP_STAT_CRC) == 0) return std::nullopt;
    return PictureStamp{status.size, status.crc, true};
  }
  [[nodiscard]] std::vector<std::byte> read(int64_t i) const override {
    const auto& [name, index] = members_.at(static_cast<size_t>(i));
    const std::string where = path_ + ": " + base::printable(name);
    const std::lock_guard lock(mutex_);  // libzip handles serve one thread at a time
    zip_file_t* file = zip_fopen_index(zip_, index, 0);
    if (file == nullptr)
      throw base::DataError(base::Fault::kDamaged, where, std::string("cannot be unpacked: ") + zip_strerror(zip_));
    std::vector<std::byte> bytes;
    zip_int64_t n = 0;
    do {
      const size_t used = bytes.size();
      bytes.resize(used + kBlockBytes);
      n = zip_fread(file, bytes.data() + used, kBlockBytes);
      bytes.resize(used + static_cast<size_t>(std::max<zip_int64_t>(n, 0)));
    } while (n > 0 && bytes.size() <= kMaxPictureBytes);
    const std::string fault = n < 0 ? zip_file_strerror(file) : "";
    const int code = zip_fclose(file);
    if (n < 0) throw base::DataError(base::Fault::kDamaged, where, "cannot be unpacked: " + fault);
    if (bytes.size() > kMaxPictureBytes)
      throw base::DataError(base::Fault::kUnsupported, where, "is larger than 256 MiB when unpacked");
    if (code != 0) throw base::DataError(base::Fault::kDamaged, where, "cannot be unpacked: " + error_text(code));
    return bytes;
  }

 private:
  std::string path_;
  zip_t* zip_ = nullptr;
  std::vector<std::pair<std::string, zip_uint64_t>> members_;
  mutable std::mutex mutex_;
};

}  // namespace

std::unique_ptr<PictureSource> open_zip_source(const std::string& path, int64_t limit) {
  auto source = std::make_unique<ZipSource>(path, limit);
  if (source->size() == 0) throw base::DataError(path, "the zip holds no pictures (.png .jpg .jpeg .webp .ppm .pgm)");
  return source;
}

}  // namespace inr::dataset
