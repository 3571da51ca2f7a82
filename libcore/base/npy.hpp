// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// NumPy's .npy (written: version 1.0, C order, little endian; read: 1.0 to 3.0) and .npz (zip of .npy, stored or
// deflated, zip64).
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/safetensors.hpp"  // Dtype

namespace inr::base {

/// An array of numbers in C order.
struct NpyArray {
  Dtype dtype = Dtype::kF32;
  std::vector<int64_t> shape;
  std::vector<std::byte> data;
  [[nodiscard]] int64_t numel() const noexcept;
  [[nodiscard]] std::vector<float> to_f32() const;
  [[nodiscard]] std::vector<double> to_f64() const;
};

NpyArray make_npy(std::span<const double> values, std::vector<int64_t> shape);
NpyArray make_npy(std::span<const float> values, std::vector<int64_t> shape);
/// Text as uint8, how strings travel in our .npz files ("info").
NpyArray make_npy_text(std::string_view text);

/// The header that precedes the data: magic, version 1.0, dictionary, padded to 64 bytes.
std::string npy_header(Dtype dtype, std::span<const int64_t> shape);

/// Arrays in Fortran order are brought to C order. Throws SystemError / DataError (not npy, cut short, object arrays
/// refused, sizes checked first).
NpyArray read_npy(const std::string& path);
NpyArray parse_npy(std::span<const std::byte> bytes, std::string_view where);
void write_npy(const std::string& path, const NpyArray& array);

/// Members by name without ".npy". Sizes come from the central directory. Inflated size limited by max_bytes in total.
std::map<std::string, NpyArray> read_npz(const std::string& path, uint64_t max_bytes = uint64_t{1} << 34);
/// The same for bytes that came by another way; where names them in errors.
std::map<std::string, NpyArray> parse_npz(std::span<const std::byte> bytes, std::string_view where,
                                          uint64_t max_bytes = uint64_t{1} << 34);
/// Only the members of these names, as far as they are there: what else the archive holds (pictures, text, Python
/// objects) is neither unpacked nor looked at, and does not count for max_bytes.
std::map<std::string, NpyArray> read_npz_members(const std::string& path, std::span<const std::string_view> names,
                                                 uint64_t max_bytes = uint64_t{1} << 34);
/// The names of all members as they are in the archive, with their ".npy"; nothing is unpacked. Throws as above.
std::vector<std::string> npz_names(const std::string& path);
/// Members stored, dated 1980: the same arrays give the same bytes. Packed in memory. Throws SystemError.
void write_npz(const std::string& path, const std::map<std::string, NpyArray>& arrays);

}  // namespace inr::base
