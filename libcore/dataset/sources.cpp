// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "dataset/sources.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "base/error.hpp"
#include "dataset/sources_kinds.hpp"
#include "image/decode.hpp"
#include "lmdb/lmdb_reader.hpp"

namespace inr::dataset {
namespace fs = std::filesystem;
namespace {

constexpr size_t kMaxPathBytes = 4096;

// Sources one after another.
class JoinedSource final : public PictureSource {
 public:
  void add(std::unique_ptr<PictureSource> source, const std::string& prefix) {
    size_ += source->size();
    parts_.push_back({std::move(source), prefix, size_});
  }
  [[nodiscard]] std::string kind() const override {
    std::string text;
    for (const Part& part : parts_) text += (text.empty() ? "" : "+") + part.source->kind();
    return text;
  }
  [[nodiscard]] int64_t size() const override { return size_; }
  [[nodiscard]] std::string name(int64_t i) const override {
    const Part& part = part_of(i);
    return part.prefix + part.source->name(i - (part.end - part.source->size()));
  }
  [[nodiscard]] std::string where(int64_t i) const override {
    const Part& part = part_of(i);
    return part.source->where(i - (part.end - part.source->size()));
  }
  [[nodiscard]] std::optional<PictureStamp> stamp(int64_t i) const override {
    const Part& part = part_of(i);
    return part.source->stamp(i - (part.end - part.source->size()));
  }
  [[nodiscard]] std::vector<std::byte> read(int64_t i) const override {
    const Part& part = part_of(i);
    return part.source->read(i - (part.end - part.source->size()));
  }

 private:
  struct Part {
    std::unique_ptr<PictureSource> source;
    std::string prefix;
    int64_t end;
  };
  [[nodiscard]] const Part& part_of(int64_t i) const {
    if (i < 0 || i >= size_) throw std::out_of_range("picture " + std::to_string(i));
    return *std::upper_bound(parts_.begin(), parts_.end(), i,
                             [](int64_t index, const Part& part) { return index < part.end; });
  }
  std::vector<Part> parts_;
  int64_t size_ = 0;
};

bool starts_with(std::span<const std::byte> bytes, std::string_view text) {
  const auto head = std::as_bytes(std::span(text));
  return bytes.size() >= head.size() && std::equal(head.begin(), head.end(), bytes.begin());
}

std::vector<std::byte> first_bytes(const std::string& path) {
  std::array<char, 64> buffer{};
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw base::SystemError(path, "open", errno);
  file.read(buffer.data(), buffer.size());
  if (file.bad()) throw base::SystemError(path, "read", errno);
  const auto bytes = std::as_bytes(std::span(buffer)).first(static_cast<size_t>(file.gcount()));
  return {bytes.begin(), bytes.end()};
}

std::unique_ptr<PictureSource> open_file(const std::string& path, int64_t limit) {
  const std::vector<std::byte> head = first_bytes(path);
  using namespace std::string_view_literals;
  if (lmdb::looks_like_lmdb(path)) return open_lmdb_source(path, limit);
  if (starts_with(head, "PK\x03\x04"sv) || starts_with(head, "PK\x05\x06"sv)) return open_zip_source(path, limit);
  for (const std::string_view font : {"\0\1\0\0"sv, "OTTO"sv, "true"sv, "ttcf"sv})
    if (starts_with(head, font)) return open_font_source(path, limit);
  if (image::sniff(head) != image::Format::kUnknown) return open_list_source({path}, "file");
  throw base::DataError(base::Fault::kForeign, path, "is not a source of pictures",
                        "give a folder, a zip, an LMDB, a dataset, a font with colour pictures or a picture");
}

}  // namespace

bool is_picture_name(std::string_view relative_path) {
  for (const fs::path& part : fs::path(relative_path)) {
    const std::string name = part.string();
    if (name.starts_with('.') || name == "__MACOSX") return false;
  }
  std::string extension = fs::path(relative_path).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array<std::string_view, 6> kKnown = {".png", ".jpg", ".jpeg", ".webp", ".ppm", ".pgm"};
  return std::find(kKnown.begin(), kKnown.end(), extension) != kKnown.end();
}

std::optional<PictureStamp> file_stamp(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) throw base::SystemError(base::printable(path, 4096), "open", errno);
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  const auto seconds = static_cast<uint64_t>(status.st_mtim.tv_sec);
  return PictureStamp{static_cast<uint64_t>(status.st_size),
                      seconds * 1'000'000'000 + static_cast<uint64_t>(status.st_mtim.tv_nsec)};
}

size_t limited_count(size_t n, int64_t limit) noexcept {
  return limit > 0 ? std::min(n, static_cast<size_t>(limit)) : n;
}

std::unique_ptr<PictureSource> open_source(const std::string& path, int64_t limit) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) throw base::SystemError(path, "open", errno);
  if (S_ISDIR(status.st_mode))
    return lmdb::looks_like_lmdb(path) ? open_lmdb_source(path, limit) : open_folder_source(path, limit);
  if (!S_ISREG(status.st_mode)) throw base::DataError(path, "is neither a folder nor a regular file");
  return open_file(path, limit);
}

std::unique_ptr<PictureSource> read_path_list(std::istream& lines, int64_t limit) {
  std::vector<std::string> paths;
  std::string line;
  while ((limit <= 0 || static_cast<int64_t>(paths.size()) < limit) && std::getline(lines, line)) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.size() > kMaxPathBytes || line.find('\0') != std::string::npos)
      throw base::DataError("stdin", "line " + std::to_string(paths.size() + 1) + " is not a path",
                            "give one path per line, as find prints them");
    if (!line.empty()) paths.push_back(line);
  }
  if (lines.bad()) throw base::SystemError("stdin", "read", errno);
  if (paths.empty())
    throw base::DataError("stdin", "no paths were given", "give one path per line, as find prints them");
  return open_list_source(std::move(paths), "list");
}

std::unique_ptr<PictureSource> open_sources(const std::vector<std::string>& paths, std::istream& list, int64_t limit) {
  if (paths.empty()) throw base::UsageError("no source of pictures was given; name a folder, a zip, an LMDB or a font");
  if (std::count(paths.begin(), paths.end(), "-") > 1)
    throw base::UsageError("\"-\" (paths on stdin) can be given once");
  const auto open = [&](const std::string& path, int64_t rest) {
    return path == "-" ? read_path_list(list, rest) : open_source(path, rest);
  };
  if (paths.size() == 1) return open(paths[0], limit);
  auto joined = std::make_unique<JoinedSource>();
  for (const std::string& path : paths) {
    const int64_t rest = limit > 0 ? limit - joined->size() : 0;
    if (limit > 0 && rest == 0) break;
    joined->add(open(path, rest), path == "-" ? "" : path + "/");
  }
  return joined;
}

}  // namespace inr::dataset
