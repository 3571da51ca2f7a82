// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Picture files named one by one.
#include <filesystem>
#include <utility>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "dataset/sources_kinds.hpp"

namespace inr::dataset {
namespace fs = std::filesystem;
namespace {

class ListSource final : public PictureSource {
 public:
  ListSource(std::vector<std::string> paths, std::string kind) : paths_(std::move(paths)), kind_(std::move(kind)) {}
  [[nodiscard]] std::string kind() const override { return kind_; }
  [[nodiscard]] int64_t size() const override { return static_cast<int64_t>(paths_.size()); }
  [[nodiscard]] std::string name(int64_t i) const override {
    const std::string& path = paths_.at(static_cast<size_t>(i));
    return kind_ == "file" ? fs::path(path).filename().string() : path;
  }
  [[nodiscard]] std::optional<PictureStamp> stamp(int64_t i) const override {
    return file_stamp(paths_.at(static_cast<size_t>(i)));
  }
  [[nodiscard]] std::vector<std::byte> read(int64_t i) const override {
    const std::string& path = paths_.at(static_cast<size_t>(i));
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::exists(status) && !fs::is_regular_file(status))
      throw base::DataError(base::printable(path), "is not a regular file");
    return base::read_file(path, kMaxPictureBytes);
  }

 private:
  std::vector<std::string> paths_;
  std::string kind_;
};

}  // namespace

std::unique_ptr<PictureSource> open_list_source(std::vector<std::string> paths, const std::string& kind) {
  return std::make_unique<ListSource>(std::move(paths), kind);
}

}  // namespace inr::dataset
