// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Writer of safetensors. The checksum is taken before the header is made, so that a file is written in one pass and can
// go into a pipe.
#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/crc32c.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/safetensors_stream.hpp"
#include "base/widen.hpp"

namespace inr::base {
namespace {

constexpr size_t kAlignment = 8;

std::string hex_u32(uint32_t value) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text(8, '0');
  for (size_t i = 0; i < 8; ++i) text[7 - i] = kHex[(value >> (4 * i)) & 15U];
  return text;
}

// What the header says of one tensor; n_bytes is what its data have.
struct Entry {
  const std::string& name;
  Dtype dtype;
  const std::vector<int64_t>& shape;
  uint64_t n_bytes;
};

// The length and the JSON, padded with spaces to a multiple of 8 bytes.
std::string make_header(std::map<std::string, std::string> metadata, std::span<const Entry> tensors,
                        std::optional<uint32_t> checksum) {
  if (checksum) metadata["checksum"] = hex_u32(*checksum);
  // Joined as text, entry by entry: one JSON tree of all tensors would look through its keys at each insertion.
  std::string text = "{";
  const auto add = [&text](const std::string& name, const Json& entry) {
    if (text.size() > 1) text += ',';
    text += dump_json(Json(name)) + ":" + dump_json(entry);
  };
  if (!metadata.empty()) {
    Json entry = Json::object();
    for (const auto& [key, value] : metadata) entry[key] = value;
    add("__metadata__", entry);
  }
  std::set<std::string> names{"__metadata__"};
  uint64_t at = 0;
  for (const Entry& tensor : tensors) {
    const auto numel = checked_numel(tensor.shape, dtype_bytes(tensor.dtype));
    if (!numel || static_cast<uint64_t>(*numel) * dtype_bytes(tensor.dtype) != tensor.n_bytes) {
      throw DataError("tensor '" + printable(tensor.name) + "'",
                      "has " + std::to_string(tensor.n_bytes) + " bytes, which do not fit shape " +
                          shape_text(tensor.shape) + " of " + std::string(dtype_name(tensor.dtype)));
    }
    if (!names.insert(tensor.name).second) {
      throw DataError("tensor '" + printable(tensor.name) + "'", "has a name that is used already");
    }
    Json entry = Json::object();
    entry["dtype"] = std::string(dtype_name(tensor.dtype));
    entry["shape"] = tensor.shape;
    entry["data_offsets"] = {at, at + tensor.n_bytes};
    add(tensor.name, entry);
    at += tensor.n_bytes;
  }
  text += '}';
  text.resize((text.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');
  std::string length(8, '\0');
  for (size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(static_cast<unsigned char>(text.size() >> (8 * i)));
  return length + text;
}

std::string make_header(std::map<std::string, std::string> metadata, std::span<const TensorView> tensors,
                        bool with_checksum) {
  std::optional<uint32_t> checksum;
  if (with_checksum) checksum = 0;
  std::vector<Entry> entries;
  for (const TensorView& tensor : tensors) {
    if (checksum) checksum = crc32c(tensor.data, *checksum);
    entries.push_back({tensor.name, tensor.dtype, tensor.shape, tensor.data.size()});
  }
  return make_header(std::move(metadata), entries, checksum);
}

}  // namespace

std::vector<std::byte> serialize_safetensors(std::map<std::string, std::string> metadata,
                                             std::span<const TensorView> tensors, bool with_checksum) {
  const std::string header = make_header(std::move(metadata), tensors, with_checksum);
  size_t total = header.size();
  for (const TensorView& tensor : tensors) total += tensor.data.size();
  std::vector<std::byte> out;
  out.reserve(total);
  const auto header_bytes = std::as_bytes(std::span(header));
  out.insert(out.end(), header_bytes.begin(), header_bytes.end());
  for (const TensorView& tensor : tensors) out.insert(out.end(), tensor.data.begin(), tensor.data.end());
  return out;
}

void write_safetensors(const std::string& path, std::map<std::string, std::string> metadata,
                       std::span<const TensorView> tensors, bool with_checksum) {
  const std::string header = make_header(std::move(metadata), tensors, with_checksum);
  AtomicFile file(path);
  file.write(header);
  for (const TensorView& tensor : tensors) file.write(tensor.data);
  file.commit();
}

void write_safetensors(const std::string& path, std::map<std::string, std::string> metadata,
                       std::span<const TensorSource> tensors, bool with_checksum) {
  std::optional<uint32_t> checksum;
  if (with_checksum) checksum = 0;
  std::vector<Entry> entries;
  for (const TensorSource& tensor : tensors) {
    uint64_t n_bytes = 0;
    tensor.produce([&](std::span<const std::byte> piece) {
      n_bytes += piece.size();
      if (checksum) checksum = crc32c(piece, *checksum);
    });
    entries.push_back({tensor.name, tensor.dtype, tensor.shape, n_bytes});
  }
  const std::string header = make_header(std::move(metadata), entries, checksum);
  AtomicFile file(path);
  file.write(header);
  for (const TensorSource& tensor : tensors)
    tensor.produce([&](std::span<const std::byte> piece) { file.write(piece); });
  if (const uint64_t written = file.size() - header.size();
      written != std::accumulate(entries.begin(), entries.end(), uint64_t{0},
                                 [](uint64_t sum, const Entry& entry) { return sum + entry.n_bytes; })) {
    throw DataError(path, "its tensors were not of the sizes that its header says");
  }
  file.commit();
}

}  // namespace inr::base
