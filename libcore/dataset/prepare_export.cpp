// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Pictures out of a dataset again. Names are the records' numbers: names of sources may clash or point anywhere.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "dataset/prepare.hpp"
#include "image/encode.hpp"

namespace inr::dataset {
namespace {

// Written beside and renamed. Unlike base::AtomicFile it waits for no disk: thousands of small files are flushed at
// once, at the end.
void write_picture(const std::string& path, std::span<const std::byte> bytes) {
  const std::string temporary = path + ".tmp-" + std::to_string(::getpid());
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) throw base::SystemError(path, "write", errno);
  try {
    base::write_all(fd, bytes, path);
  } catch (...) {
    ::close(fd);
    ::unlink(temporary.c_str());
    throw;
  }
  if (::close(fd) != 0 || std::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    throw base::SystemError(path, "write", error);
  }
}

void flush_folder(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw base::SystemError(folder, "open", errno);
  const int error = ::syncfs(fd) == 0 ? 0 : errno;
  ::close(fd);
  if (error != 0) throw base::SystemError(folder, "write", error);
}

}  // namespace

int64_t export_pictures(const DatasetReader& dataset, const std::string& folder,
                        const std::function<void(int64_t n_done, int64_t n_total)>& progress) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw base::SystemError(folder, "make the folder", error.value());
  const size_t n_digits = std::max<size_t>(6, std::to_string(dataset.size() - 1).size());
  for (int64_t i = 0; i < dataset.size(); ++i) {
    RecordInfo record;
    std::vector<std::byte> bytes = dataset.encoded(i, &record);
    if (record.codec == Codec::kRaw) bytes = image::encode_png(dataset.read_image(i));
    std::string name = std::to_string(i);
    name.insert(0, n_digits - name.size(), '0');
    name += record.codec == Codec::kRaw ? ".png" : std::string(".") + codec_name(record.codec);
    write_picture((std::filesystem::path(folder) / name).string(), bytes);
    if (progress) progress(i + 1, dataset.size());
  }
  flush_folder(folder);
  return dataset.size();
}

}  // namespace inr::dataset
