// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// safetensors: 8 bytes little-endian header length, JSON header, raw little-endian data. The reader trusts nothing:
// header size, offsets, overlaps, gaps, dtypes, shapes and names are checked against the file size before anything is
// allocated.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inr::base {

enum class Dtype { kF64, kF32, kF16, kBF16, kI64, kI32, kI16, kI8, kU64, kU32, kU16, kU8, kBool };
size_t dtype_bytes(Dtype dtype) noexcept;
std::string_view dtype_name(Dtype dtype) noexcept;  // "F32"

struct TensorInfo {
  std::string name;
  Dtype dtype = Dtype::kF32;
  std::vector<int64_t> shape;   // [] for a scalar
  uint64_t begin = 0, end = 0;  // bytes in the data section
  [[nodiscard]] int64_t numel() const noexcept;
};

/// "[64, 32]"
std::string shape_text(std::span<const int64_t> shape);

/// What is read of a file before it is taken for whole: the data too, where they have a checksum; or the head alone.
enum class Check { kAll, kHead };

/// A parsed safetensors file, memory-mapped or held in memory. Immutable, safe to read from several threads.
class Safetensors {
 public:
  /// Throws SystemError (cannot open) or DataError (not safetensors, cut short, damaged, hostile, checksum wrong).
  static Safetensors open(const std::string& path, Check check = Check::kAll);
  /// The same for bytes that came by another way; where names them in errors.
  static Safetensors parse(std::vector<std::byte> bytes, std::string where);

  [[nodiscard]] const std::string& where() const noexcept { return where_; }
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const noexcept { return metadata_; }
  /// Empty where the key is absent.
  [[nodiscard]] std::string metadata(const std::string& key) const;
  /// In order of the data section.
  [[nodiscard]] const std::vector<TensorInfo>& tensors() const noexcept { return tensors_; }
  [[nodiscard]] const TensorInfo* find(std::string_view name) const noexcept;
  /// Throws DataError naming the tensor where it is absent.
  [[nodiscard]] const TensorInfo& at(std::string_view name) const;
  [[nodiscard]] std::span<const std::byte> bytes(const TensorInfo& tensor) const noexcept;
  /// Values widened to float32 (from F32, F16, BF16, F64, U8 and integers). Throws DataError where shape (if given)
  /// differs.
  [[nodiscard]] std::vector<float> read_f32(std::string_view name) const;
  [[nodiscard]] std::vector<float> read_f32(std::string_view name, std::span<const int64_t> shape) const;
  [[nodiscard]] std::vector<double> read_f64(std::string_view name) const;
  /// crc32c over the data section; metadata "checksum" is verified by open() and parse() where it is
  /// there.
  [[nodiscard]] uint32_t data_checksum() const noexcept;

 private:
  struct Storage;
  Safetensors() = default;
  void parse_header(std::span<const std::byte> file, Check check);
  std::shared_ptr<const Storage> storage_;
  std::string where_;
  std::map<std::string, std::string> metadata_;
  std::vector<TensorInfo> tensors_;
  std::map<std::string, size_t, std::less<>> index_;
  std::span<const std::byte> data_;
};

/// One tensor to be written; data is not owned.
struct TensorView {
  std::string name;
  Dtype dtype = Dtype::kF32;
  std::vector<int64_t> shape;
  std::span<const std::byte> data;
};

/// Serialises in the order given, data aligned to 8 bytes. with_checksum adds metadata "checksum" = crc32c of the data
/// section in hex.
std::vector<std::byte> serialize_safetensors(std::map<std::string, std::string> metadata,
                                             std::span<const TensorView> tensors, bool with_checksum = true);
/// The same into a file, atomically (AtomicFile), without a second copy of the data in memory.
void write_safetensors(const std::string& path, std::map<std::string, std::string> metadata,
                       std::span<const TensorView> tensors, bool with_checksum = true);

/// IEEE binary16 and bfloat16, round to nearest even.
uint16_t float_to_half(float value) noexcept;
float half_to_float(uint16_t bits) noexcept;
uint16_t float_to_bfloat16(float value) noexcept;
float bfloat16_to_float(uint16_t bits) noexcept;

}  // namespace inr::base
