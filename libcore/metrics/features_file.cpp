// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A zip of two stored members is written by hand, because libzip wants all of a member before it writes any. Layout:
//   local header of features.npy | npy header | rows | local header of info.npy | npy header | text | directory | end
// Sizes of the first member and its checksum are filled in last. All sizes and offsets are in zip64 form, as numpy has
// them, so that files beyond 4 GiB need no other one.
#include "metrics/features_file.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/npy.hpp"
#include "metrics/feature_rows.hpp"

namespace inr::metrics {
namespace {

constexpr uint64_t kMaxBytes = uint64_t{1} << 36;
constexpr uint64_t kLocal = 0x04034b50, kDirectory = 0x02014b50, kEnd = 0x06054b50, kEnd64 = 0x06064b50,
                   kLocator64 = 0x07064b50;
constexpr uint64_t kVersion = 45, kDate1980 = 0x21, kIn64 = 0xFFFFFFFF;  // kIn64: see the zip64 field

// Little-endian numbers of given sizes, one after another.
class Record {
 public:
  Record& put(uint64_t value, int n_bytes) {
    for (int i = 0; i < n_bytes; ++i) text_ += static_cast<char>(value >> (8 * i) & 0xFFU);
    return *this;
  }
  Record& put(std::string_view text) {
    text_ += text;
    return *this;
  }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

struct Member {
  std::string name;
  uint64_t size = 0, offset = 0;  // of its data, npy header included; of its local header
  uint32_t crc = 0;
};

// What both headers of a member have in common: version to crc, sizes elsewhere, length of the name.
void put_common(Record& record, const Member& member, uint64_t extra_bytes) {
  record.put(kVersion, 2)
      .put(0, 2)
      .put(0, 2)
      .put(0, 2)
      .put(kDate1980, 2)
      .put(member.crc, 4)
      .put(kIn64, 4)
      .put(kIn64, 4);
  record.put(member.name.size(), 2).put(extra_bytes, 2);
}

std::string local_header(const Member& member) {
  Record record;
  record.put(kLocal, 4);
  put_common(record, member, 20);
  return record.put(member.name).put(1, 2).put(16, 2).put(member.size, 8).put(member.size, 8).text();
}

std::string directory_entry(const Member& member) {
  Record record;
  record.put(kDirectory, 4).put(kVersion, 2);
  put_common(record, member, 28);
  record.put(0, 2).put(0, 2).put(0, 2).put(0, 4).put(kIn64, 4).put(member.name);
  return record.put(1, 2).put(24, 2).put(member.size, 8).put(member.size, 8).put(member.offset, 8).text();
}

// After the directory of n members.
std::string end_records(uint64_t n, uint64_t directory_bytes, uint64_t directory_offset) {
  Record record;
  record.put(kEnd64, 4).put(44, 8).put(kVersion, 2).put(kVersion, 2).put(0, 4).put(0, 4).put(n, 8).put(n, 8);
  record.put(directory_bytes, 8).put(directory_offset, 8);
  record.put(kLocator64, 4).put(0, 4).put(directory_offset + directory_bytes, 8).put(1, 4);
  record.put(kEnd, 4).put(0, 2).put(0, 2).put(n, 2).put(n, 2).put(kIn64, 4).put(kIn64, 4).put(0, 2);
  return record.text();
}

uint32_t checksum(std::string_view text, uint32_t seed = 0) {
  return static_cast<uint32_t>(::crc32_z(seed, reinterpret_cast<const Bytef*>(text.data()), text.size()));
}

// The same number of bytes for all n and d: NumPy's padding to 64 leaves room for any.
std::string rows_header(int64_t n, int64_t d) {
  const std::array<int64_t, 2> shape = {n, d};
  return base::npy_header(base::Dtype::kF32, shape);
}

constexpr std::string_view kRowsName = "features.npy", kInfoName = "info.npy";

}  // namespace

FeaturesWriter::FeaturesWriter(const std::string& path, int64_t dims) : file_(path), dims_(dims) {
  file_.write(local_header({std::string(kRowsName)}));
  file_.write(rows_header(0, dims));
}

void FeaturesWriter::add(const at::Tensor& features) {
  if (features.dim() != 2 || features.size(1) != dims_ || !features.is_floating_point()) {
    throw base::DataError("features: shape is not [N, " + std::to_string(dims_) + "]");
  }
  const at::Tensor block = features.detach().to(at::kCPU, at::kFloat).contiguous();
  const std::string_view bytes(reinterpret_cast<const char*>(block.const_data_ptr<float>()), block.nbytes());
  file_.write(bytes);
  rows_crc_ = checksum(bytes, rows_crc_);
  n_images_ += block.size(0);
}

void FeaturesWriter::commit(const StatisticsInfo& info) {
  if (n_images_ == 0) throw base::DataError(file_.path(), "there are no features to write");
  const std::string header = rows_header(n_images_, dims_);
  const uint64_t rows_bytes = static_cast<uint64_t>(n_images_) * static_cast<uint64_t>(dims_) * sizeof(float);
  Member rows{std::string(kRowsName), header.size() + rows_bytes, 0, 0};
  rows.crc = static_cast<uint32_t>(::crc32_combine64(checksum(header), rows_crc_, static_cast<z_off64_t>(rows_bytes)));
  const std::string front = local_header(rows) + header;
  file_.rewrite(0, std::as_bytes(std::span(front)));

  const base::NpyArray info_array = make_info(info, n_images_);
  const std::string_view text(reinterpret_cast<const char*>(info_array.data.data()), info_array.data.size());
  const std::string data = base::npy_header(info_array.dtype, info_array.shape) + std::string(text);
  const Member text_member{std::string(kInfoName), data.size(), file_.size(), checksum(data)};
  file_.write(local_header(text_member) + data);
  const std::string directory = directory_entry(rows) + directory_entry(text_member);
  const uint64_t offset = file_.size();
  file_.write(directory + end_records(2, directory.size(), offset));
  file_.commit();
}

FeaturesFile load_features(const std::string& path) {
  constexpr std::array<std::string_view, 2> kNames = {"features", "info"};
  std::map<std::string, base::NpyArray> arrays = base::read_npz_members(path, kNames, kMaxBytes);
  const auto found = arrays.find("features");
  if (found == arrays.end()) {
    throw base::DataError(base::Fault::kForeign, path, "not a features file: the array features is missing",
                          "write them with inr-fid --save-features");
  }
  base::NpyArray& array = found->second;
  const bool floating =
      array.dtype == base::Dtype::kF16 || array.dtype == base::Dtype::kF32 || array.dtype == base::Dtype::kF64;
  if (!floating || array.shape.size() != 2 || array.shape[0] < 1 || array.shape[1] < 1) {
    throw base::DataError(base::Fault::kDamaged, path,
                          "features " + base::shape_text(array.shape) + " of type " +
                              std::string(base::dtype_name(array.dtype)) + " are not float32 [N, d]");
  }
  FeaturesFile file;
  // The array's own memory, which lives as long as the tensor.
  const std::vector<int64_t> shape = array.shape;
  if (array.dtype == base::Dtype::kF32) {
    auto owner = std::make_shared<base::NpyArray>(std::move(array));
    file.features = at::from_blob(
        owner->data.data(), shape, [owner](void*) {}, at::TensorOptions().dtype(at::kFloat));
  } else {
    auto owner = std::make_shared<std::vector<float>>(array.to_f32());
    file.features = at::from_blob(
        owner->data(), shape, [owner](void*) {}, at::TensorOptions().dtype(at::kFloat));
  }
  check_rows(file.features, 1, path);
  const auto info = arrays.find("info");
  if (info != arrays.end()) file.info = parse_info(info->second, path).info;
  return file;
}

}  // namespace inr::metrics
