// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "released/released_source.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "base/crc32c.hpp"
#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "base/sha256.hpp"
#include "released/released_forms.hpp"

namespace inr::released {
namespace {

bool is_contiguous(const ReleasedTensor& tensor) {
  int64_t step = 1;
  for (size_t i = tensor.shape.size(); i-- > 0;) {
    if (tensor.shape[i] != 1 && tensor.stride[i] != step) return false;
    step *= tensor.shape[i];
  }
  return true;
}

float float_at(std::span<const std::byte> bytes) { return std::bit_cast<float>(base::load_le<uint32_t>(bytes)); }

// A safetensors file has its JSON header behind eight bytes of length; a pickle has opcodes there.
bool looks_like_safetensors(const base::ByteSource& file) {
  std::array<std::byte, 1> brace{};
  if (file.size() > 8) file.read(8, brace);
  return brace[0] == std::byte{'{'};
}

}  // namespace

void ReleasedTensor::read(int64_t first, std::span<float> out) const {
  const auto place = [&](int64_t index) { return offset + static_cast<uint64_t>(index) * sizeof(float); };
  if (is_contiguous(*this)) {
    const std::span<std::byte> bytes = std::as_writable_bytes(out);
    file->read(place(first), bytes);
    for (size_t i = 0; i < out.size(); ++i) out[i] = float_at(bytes.subspan(i * sizeof(float)));
    return;
  }
  constexpr uint64_t kWindowBytes = 4096;
  std::vector<std::byte> window;
  uint64_t begin = 0;
  for (size_t k = 0; k < out.size(); ++k) {
    int64_t rest = first + static_cast<int64_t>(k), index = 0;
    for (size_t i = shape.size(); i-- > 0;) {
      index += rest % shape[i] * stride[i];
      rest /= shape[i];
    }
    const uint64_t at = place(index);
    if (at < begin || at + sizeof(float) > begin + window.size()) {
      window.resize(static_cast<size_t>(std::min(kWindowBytes, file->size() - at)));
      file->read(at, window);
      begin = at;
    }
    out[k] = float_at(std::span<const std::byte>(window).subspan(static_cast<size_t>(at - begin)));
  }
}

ReleasedSource read_released(std::shared_ptr<const base::ByteSource> file, const std::string& where) {
  ReleasedSource source =
      looks_like_safetensors(*file) ? read_released_safetensors(file, where) : read_released_pickle(file, where);
  source.where = where;
  source.file = std::move(file);
  return source;
}

ReleasedSource open_released(const std::string& path) {
  return read_released(std::make_shared<const base::FileBytes>(path), path);
}

std::string hash_released(const ReleasedSource& source, const std::function<void(uint64_t)>& between_pieces) {
  constexpr uint64_t kPieceBytes = uint64_t{1} << 20;
  base::Sha256 hash;
  uint32_t checksum = 0;
  std::vector<std::byte> piece;
  for (uint64_t at = 0; at < source.file->size(); at += piece.size()) {
    // The data begin with a piece of their own.
    const uint64_t end = at < source.data_begin ? source.data_begin : source.file->size();
    piece.resize(static_cast<size_t>(std::min(kPieceBytes, end - at)));
    source.file->read(at, piece);
    hash.update(piece);
    if (source.checksum && at >= source.data_begin) checksum = base::crc32c(piece, checksum);
    between_pieces(at + piece.size());
  }
  if (source.checksum && *source.checksum != checksum)
    throw base::DataError(base::Fault::kDamaged, source.where, "the checksum of the data is wrong",
                          "the file is damaged; copy it again");
  return hash.hex();
}

}  // namespace inr::released
