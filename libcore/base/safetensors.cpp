// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Reader of safetensors (format: https://github.com/huggingface/safetensors). Order of the checks: lengths against the
// file, the JSON, each tensor against itself, all tensors against the data section, the checksum. Nothing is read from
// a tensor before the last one has passed.
#include "base/safetensors.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "base/atomic_file.hpp"
#include "base/crc32c.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/widen.hpp"

namespace inr::base {
namespace {

constexpr uint64_t kLengthBytes = 8;
constexpr uint64_t kMaxHeaderBytes = 100'000'000;
constexpr size_t kMaxRank = 64;

constexpr Dtype kDtypes[] = {Dtype::kF64, Dtype::kF32, Dtype::kF16, Dtype::kBF16, Dtype::kI64, Dtype::kI32, Dtype::kI16,
                             Dtype::kI8,  Dtype::kU64, Dtype::kU32, Dtype::kU16,  Dtype::kU8,  Dtype::kBool};

std::optional<Dtype> dtype_by_name(std::string_view name) {
  for (const Dtype dtype : kDtypes) {
    if (dtype_name(dtype) == name) return dtype;
  }
  return std::nullopt;
}

// F8_E4M3, C64 and what the format may add: a type that is not read here, rather than damage.
bool is_dtype_word(std::string_view text) {
  constexpr size_t kMaxChars = 16;
  return !text.empty() && text.size() <= kMaxChars && text[0] >= 'A' && text[0] <= 'Z' &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string_view::npos;
}

uint64_t little_endian(std::span<const std::byte> bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) value |= uint64_t{std::to_integer<uint8_t>(bytes[i])} << (8 * i);
  return value;
}

// What is said of one tensor in the header.
class TensorParser {
 public:
  TensorParser(std::string_view where, const std::string& name) : where_(where), name_(name) {}

  TensorInfo parse(const Json& entry) const {
    if (!entry.is_object()) fail("is not described by an object");
    TensorInfo info;
    info.name = name_;
    bool has_dtype = false, has_shape = false, has_offsets = false;
    for (const auto& [key, value] : entry.items()) {
      if (key == "dtype") {
        has_dtype = true;
        info.dtype = parse_dtype(value);
      } else if (key == "shape") {
        has_shape = true;
        info.shape = parse_shape(value);
      } else if (key == "data_offsets") {
        has_offsets = true;
        parse_offsets(value, info);
      } else {
        fail("has the unknown key '" + printable(key) + "'");
      }
    }
    if (!has_dtype || !has_shape || !has_offsets) fail("lacks one of dtype, shape, data_offsets");
    const std::optional<int64_t> numel = checked_numel(info.shape, dtype_bytes(info.dtype));
    if (!numel) fail("has a shape that is too large: " + printable(shape_text(info.shape)));
    const uint64_t n_bytes = static_cast<uint64_t>(*numel) * dtype_bytes(info.dtype);
    if (info.end < info.begin || info.end - info.begin != n_bytes) {
      fail("of shape " + printable(shape_text(info.shape)) + " and dtype " + std::string(dtype_name(info.dtype)) +
           " takes " + std::to_string(n_bytes) + " bytes, but its offsets are " + std::to_string(info.begin) + " to " +
           std::to_string(info.end));
    }
    return info;
  }

 private:
  [[noreturn]] void fail(const std::string& fault) const {
    throw DataError(Fault::kDamaged, where_, "tensor '" + printable(name_) + "' " + fault, "the file is damaged");
  }

  [[nodiscard]] Dtype parse_dtype(const Json& value) const {
    if (!value.is_string()) fail("has a dtype that is not text");
    const auto& text = value.get_ref<const std::string&>();
    const std::optional<Dtype> dtype = dtype_by_name(text);
    if (!dtype) {
      throw DataError(is_dtype_word(text) ? Fault::kUnsupported : Fault::kDamaged, where_,
                      "tensor '" + printable(name_) + "' has the unknown dtype '" + printable(text) + "'",
                      "known are F64 F32 F16 BF16 I64 I32 I16 I8 U64 U32 U16 U8 BOOL");
    }
    return *dtype;
  }

  // The parser makes every number without sign, point and exponent an unsigned one.
  [[nodiscard]] std::vector<int64_t> parse_shape(const Json& value) const {
    if (!value.is_array() || value.size() > kMaxRank) fail("has a shape that is not a list of at most 64 sizes");
    std::vector<int64_t> shape;
    for (const Json& size : value) {
      if (!size.is_number_unsigned() || size.get<uint64_t>() > uint64_t{INT64_MAX}) {
        fail("has the impossible size " + printable(dump_json(size)));
      }
      shape.push_back(size.get<int64_t>());
    }
    return shape;
  }

  void parse_offsets(const Json& value, TensorInfo& info) const {
    if (!value.is_array() || value.size() != 2 || !value[0].is_number_unsigned() || !value[1].is_number_unsigned()) {
      fail("has data_offsets that are not two numbers of bytes");
    }
    info.begin = value[0].get<uint64_t>();
    info.end = value[1].get<uint64_t>();
  }

  std::string_view where_;
  const std::string& name_;
};

// Sorts by offset and refuses overlaps and gaps. Returns the bytes that all of them take.
uint64_t check_tiling(std::vector<TensorInfo>& tensors, const std::string& where) {
  std::sort(tensors.begin(), tensors.end(), [](const TensorInfo& a, const TensorInfo& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  uint64_t at = 0;
  const TensorInfo* last = nullptr;
  for (const TensorInfo& tensor : tensors) {
    if (tensor.begin != at) {
      const std::string name = "'" + printable(tensor.name) + "'";
      std::string before = "the start of the data";
      if (last != nullptr) before = "'" + printable(last->name) + "'";
      std::string fault = "tensors ";
      if (tensor.begin < at) {
        fault.append(before).append(" and ").append(name).append(" overlap");
      } else {
        fault = "there is a gap of " + std::to_string(tensor.begin - at) + " bytes between ";
        fault.append(before).append(" and ").append(name);
      }
      throw DataError(Fault::kDamaged, where, fault, "the file is damaged");
    }
    at = tensor.end;
    last = &tensor;
  }
  return at;
}

void check_checksum(const std::string& text, uint32_t found, const std::string& where) {
  uint32_t expected = 0;
  const char* end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, expected, 16);
  if (fault != std::errc{} || stop != end) {
    throw DataError(Fault::kDamaged, where,
                    "metadata 'checksum' is not a hexadecimal number: '" + printable(text) + "'");
  }
  if (expected != found)
    throw DataError(Fault::kDamaged, where, "the checksum of the data is wrong", "the file is damaged; copy it again");
}

}  // namespace

struct Safetensors::Storage {
  std::vector<std::byte> owned;
  std::optional<MappedFile> file;
};

int64_t TensorInfo::numel() const noexcept { return checked_numel(shape, 1).value_or(0); }

Safetensors Safetensors::open(const std::string& path, Check check) {
  Safetensors result;
  result.where_ = path;
  auto storage = std::make_shared<Storage>();
  storage->file.emplace(path);
  const std::span<const std::byte> file = storage->file->bytes();
  result.storage_ = std::move(storage);
  result.parse_header(file, check);
  return result;
}

Safetensors Safetensors::parse(std::vector<std::byte> bytes, std::string where) {
  Safetensors result;
  result.where_ = std::move(where);
  auto storage = std::make_shared<Storage>();
  storage->owned = std::move(bytes);
  const std::span<const std::byte> file = storage->owned;
  result.storage_ = std::move(storage);
  result.parse_header(file, Check::kAll);
  return result;
}

void Safetensors::parse_header(std::span<const std::byte> file, Check check) {
  const auto not_ours = [&](const std::string& why) {
    return DataError(Fault::kForeign, where_, "not a safetensors file: " + why);
  };
  const auto cut_short = [&](uint64_t promised) {
    return DataError(
        Fault::kCutShort, where_,
        "cut short: header promises " + std::to_string(promised) + " bytes, file has " + std::to_string(file.size()),
        "copy it again");
  };
  if (file.empty()) throw DataError(Fault::kEmpty, where_, "is empty");
  if (file.size() <= kLengthBytes) throw not_ours("it has only " + std::to_string(file.size()) + " bytes");
  const uint64_t header_bytes = little_endian(file);
  if (file[kLengthBytes] != std::byte{'{'} || header_bytes < 2) throw not_ours("no header at its start");
  if (header_bytes > kMaxHeaderBytes) throw not_ours("its header would be larger than 100 MB");
  if (header_bytes > file.size() - kLengthBytes) throw cut_short(kLengthBytes + header_bytes);
  const std::span<const std::byte> header = file.subspan(kLengthBytes, static_cast<size_t>(header_bytes));
  data_ = file.subspan(static_cast<size_t>(kLengthBytes + header_bytes));

  const Json json = parse_json({reinterpret_cast<const char*>(header.data()), header.size()}, where_);
  if (!json.is_object()) throw not_ours("its header is not a JSON object");
  for (const auto& [name, entry] : json.items()) {
    if (name != "__metadata__") {
      tensors_.push_back(TensorParser(where_, name).parse(entry));
      continue;
    }
    if (!entry.is_object())
      throw DataError(Fault::kDamaged, where_, "__metadata__ is not a JSON object", "the file is damaged");
    for (const auto& [key, value] : entry.items()) {
      if (!value.is_string())
        throw DataError(Fault::kDamaged, where_, "metadata '" + printable(key) + "' is not text",
                        "the file is damaged");
      metadata_.emplace(key, value.get<std::string>());
    }
  }
  const uint64_t data_bytes = check_tiling(tensors_, where_);
  if (data_bytes > data_.size()) {
    throw cut_short(data_bytes > UINT64_MAX - kLengthBytes - header_bytes ? UINT64_MAX
                                                                          : kLengthBytes + header_bytes + data_bytes);
  }
  if (data_bytes < data_.size()) {
    throw DataError(Fault::kDamaged, where_,
                    "has " + std::to_string(data_.size() - data_bytes) + " bytes after its last tensor",
                    "the file is damaged");
  }
  for (size_t i = 0; i < tensors_.size(); ++i) index_.emplace(tensors_[i].name, i);
  if (const auto checksum = metadata_.find("checksum"); checksum != metadata_.end() && check == Check::kAll) {
    check_checksum(checksum->second, data_checksum(), where_);
  }
}

std::string Safetensors::metadata(const std::string& key) const {
  const auto found = metadata_.find(key);
  return found == metadata_.end() ? std::string() : found->second;
}

const TensorInfo* Safetensors::find(std::string_view name) const noexcept {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &tensors_[found->second];
}

const TensorInfo& Safetensors::at(std::string_view name) const {
  const TensorInfo* tensor = find(name);
  if (tensor == nullptr) throw DataError(Fault::kDamaged, where_, "has no tensor '" + printable(name) + "'");
  return *tensor;
}

std::span<const std::byte> Safetensors::bytes(const TensorInfo& tensor) const noexcept {
  return data_.subspan(static_cast<size_t>(tensor.begin), static_cast<size_t>(tensor.end - tensor.begin));
}

std::vector<float> Safetensors::read_f32(std::string_view name) const {
  const TensorInfo& tensor = at(name);
  return widen_to_f32(tensor.dtype, bytes(tensor));
}

std::vector<float> Safetensors::read_f32(std::string_view name, std::span<const int64_t> shape) const {
  const TensorInfo& tensor = at(name);
  if (!std::equal(tensor.shape.begin(), tensor.shape.end(), shape.begin(), shape.end())) {
    throw DataError(Fault::kDamaged, where_,
                    "tensor '" + printable(name) + "' has shape " + printable(shape_text(tensor.shape)) + " where " +
                        shape_text(shape) + " is expected");
  }
  return widen_to_f32(tensor.dtype, bytes(tensor));
}

std::vector<double> Safetensors::read_f64(std::string_view name) const {
  const TensorInfo& tensor = at(name);
  return widen_to_f64(tensor.dtype, bytes(tensor));
}

uint32_t Safetensors::data_checksum() const noexcept { return crc32c(data_); }

}  // namespace inr::base
