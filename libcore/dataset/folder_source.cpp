// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A folder of pictures, with its subfolders. Links to files are followed, links to folders are not (they can form a
// circle).
#include <algorithm>
#include <filesystem>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "dataset/sources_kinds.hpp"

namespace inr::dataset {
namespace fs = std::filesystem;
namespace {

class FolderSource final : public PictureSource {
 public:
  FolderSource(std::string folder, std::vector<std::string> names)
      : folder_(std::move(folder)), names_(std::move(names)) {}
  [[nodiscard]] std::string kind() const override { return "folder"; }
  [[nodiscard]] int64_t size() const override { return static_cast<int64_t>(names_.size()); }
  [[nodiscard]] std::string name(int64_t i) const override { return names_.at(static_cast<size_t>(i)); }
  [[nodiscard]] std::string where(int64_t i) const override {
    return folder_ + (folder_.ends_with('/') ? "" : "/") + name(i);
  }
  [[nodiscard]] std::optional<PictureStamp> stamp(int64_t i) const override { return file_stamp(where(i)); }
  [[nodiscard]] std::vector<std::byte> read(int64_t i) const override {
    return base::read_file(where(i), kMaxPictureBytes);
  }

 private:
  std::string folder_;
  std::vector<std::string> names_;  // relative, sorted
};

}  // namespace

std::unique_ptr<PictureSource> open_folder_source(const std::string& path, int64_t limit) {
  std::vector<std::string> names;
  std::error_code error;
  const fs::path root(path);
  fs::recursive_directory_iterator entry(root, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().lexically_relative(root).generic_string();
    std::error_code gone;  // a file that went away meanwhile, or a link to nowhere
    if (is_picture_name(name) && entry->is_regular_file(gone)) names.push_back(name);
  }
  if (error) throw base::SystemError(path, "list its files", error.value());
  if (names.empty())
    throw base::DataError(path, "holds no pictures (.png .jpg .jpeg .webp .ppm .pgm, in subfolders too)");
  std::sort(names.begin(), names.end());
  names.resize(limited_count(names.size(), limit));
  return std::make_unique<FolderSource>(path, std::move(names));
}

}  // namespace inr::dataset
