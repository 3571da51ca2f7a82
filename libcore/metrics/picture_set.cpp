// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Telling the kinds of a side apart, and the sets of stored pictures.
#include "metrics/picture_set.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/npy.hpp"
#include "dataset/dataset.hpp"
#include "dataset/sources.hpp"
#include "image/decode.hpp"
#include "metrics/generated_set.hpp"
#include "metrics/upsampled.hpp"
#include "stream/inr_stream.hpp"

namespace inr::metrics {
namespace {

// Anything with random access: pictures are read and decoded in the worker threads.
class StoredSet final : public PictureSet {
 public:
  using Read = std::function<image::Image(int64_t)>;
  StoredSet(std::string kind, std::string name, int64_t count, Read read, PictureSize size = {},
            base::Json origin = base::Json::object())
      : kind_(std::move(kind)),
        name_(std::move(name)),
        count_(count),
        read_(std::make_shared<Read>(std::move(read))),
        size_(size),
        origin_(std::move(origin)) {}
  [[nodiscard]] std::string kind() const override { return kind_; }
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::optional<int64_t> count() const override { return count_; }
  [[nodiscard]] PictureSize size() const override { return size_; }
  [[nodiscard]] base::Json origin() const override { return origin_; }
  bool next(PictureJob& job) override {
    if (next_ == count_) return false;
    job = [read = read_, i = next_++] { return (*read)(i); };
    return true;
  }

 private:
  std::string kind_, name_;
  int64_t count_, next_ = 0;
  std::shared_ptr<const Read> read_;
  PictureSize size_;
  base::Json origin_;
};

std::unique_ptr<PictureSet> open_dataset(const std::string& path) {
  const auto reader = std::make_shared<const dataset::DatasetReader>(path);
  const dataset::DatasetInfo& info = reader->info();
  base::Json origin = {{"dataset_hash", info.content_hash}};
  const std::string filter = filter_of_recipe(info.recipe);
  if (!filter.empty()) origin["filter"] = filter;
  return std::make_unique<StoredSet>(
      "dataset", path, reader->size(), [reader](int64_t i) { return reader->read_image(i); },
      PictureSize{info.width, info.height}, origin);
}

std::unique_ptr<PictureSet> open_stored(const std::string& path) {
  std::shared_ptr<const dataset::PictureSource> source = dataset::open_source(path);
  if (source->kind() == "dataset") return open_dataset(path);
  const int64_t count = source->size();
  auto read = [source, path](int64_t i) {
    return image::decode(source->read(i), path + ": " + base::printable(source->name(i)));
  };
  return std::make_unique<StoredSet>(source->kind(), path, count, std::move(read));
}

constexpr size_t kHeadBytes = 512;

// The first bytes of a file, fewer where it is shorter.
std::string read_head(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw base::SystemError(path, "open", errno);
  std::array<std::byte, kHeadBytes> head{};
  size_t n = 0;
  try {
    n = base::read_up_to(fd, head, path);
  } catch (...) {
    ::close(fd);
    throw;
  }
  ::close(fd);
  std::string text(n, '\0');
  std::memcpy(text.data(), head.data(), n);
  return text;
}

// A zip whose first member is an array, or that has one of the arrays that are read here behind others. The name's
// length is at byte 26 of the local header, the name at byte 30.
bool is_npz(std::string_view head, const std::string& path) {
  if (head.size() < 34 || !head.starts_with("PK\x03\x04")) return false;
  const auto byte = [head](size_t i) { return static_cast<size_t>(static_cast<unsigned char>(head[i])); };
  const size_t n_name = byte(26) + 256 * byte(27);
  if (n_name >= 4 && 30 + n_name <= head.size() && head.substr(30, n_name).ends_with(".npy")) return true;
  try {
    const std::vector<std::string> names = base::npz_names(path);
    return std::any_of(names.begin(), names.end(),
                       [](const std::string& name) { return name == "mu.npy" || name == "features.npy"; });
  } catch (const base::DataError&) {  // damaged: what opens it says how
    return false;
  }
}

// The length of the JSON header (u64, little endian, at most 100 MB), then its opening brace.
bool is_safetensors(std::string_view head) {
  return head.size() > 8 && head[8] == '{' && head.substr(4, 4) == std::string_view("\0\0\0\0", 4);
}

}  // namespace

SideKind detect_side(const std::string& path) {
  if (path == "-") return SideKind::kStream;
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw base::SystemError(path, "open", error ? error.value() : ENOENT);
  if (std::filesystem::is_directory(status)) return is_run_folder(path) ? SideKind::kCheckpoint : SideKind::kPictures;
  if (!std::filesystem::is_regular_file(status))
    return SideKind::kStream;  // a pipe: reading its head would take it away
  const std::string head = read_head(path);
  if (head.empty()) {
    throw base::DataError(base::Fault::kEmpty, path, "the file is empty",
                          "give a dataset, folder, zip, statistics (.npz), INR stream or checkpoint");
  }
  if (head.starts_with(std::string_view(stream::kStreamMagic.data(), stream::kStreamMagic.size())))
    return SideKind::kStream;
  if (is_npz(head, path)) return SideKind::kStatistics;
  if (is_safetensors(head)) return SideKind::kCheckpoint;
  return SideKind::kPictures;
}

std::string filter_of_recipe(const base::Json& recipe) {
  if (!recipe.is_object()) return {};
  const auto size = recipe.find("size"), filter = recipe.find("filter");
  const bool scaled = size != recipe.end() && size->is_number_integer() && size->get<int64_t>() > 0;
  return scaled && filter != recipe.end() && filter->is_string() ? filter->get<std::string>() : std::string();
}

std::unique_ptr<PictureSet> open_picture_set(const std::string& path, const PictureSetOptions& options,
                                             base::WorkerPool& pool) {
  switch (detect_side(path)) {
    case SideKind::kStream:
      return open_stream_set(path, options.upsampling);
    case SideKind::kCheckpoint:
      return open_checkpoint_set(path, options, pool);
    case SideKind::kPictures:
      return upsample_set(open_stored(path), options.upsampling);
    case SideKind::kStatistics:
      break;
  }
  throw base::DataError(path, "statistics hold no pictures", "give pictures here");
}

}  // namespace inr::metrics
