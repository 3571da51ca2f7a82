// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Arrays (.npy), archives of arrays (.npz) and what we keep in them: statistics of features. An .npy is judged by its
// header and its size, so that one of many GB costs no memory.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/npy.hpp"
#include "inspect/inspect_parts.hpp"

namespace inr::inspect::parts {
namespace {

using Bytes = std::span<const std::byte>;

constexpr uint64_t kLargeArchiveBytes = uint64_t{1} << 28;  // read in full only on request

std::string_view as_text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

uint64_t little_endian(Bytes bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes.size(); ++i) value |= std::to_integer<uint64_t>(bytes[i]) << 8 * i;
  return value;
}

struct NpyHeader {
  std::string descr;  // "<f4"
  std::vector<int64_t> shape;
  uint64_t header_bytes = 0;  // with magic
  bool fortran = false;
};

// What follows "'key':" in the header's dictionary, without leading spaces.
std::string_view value_of(std::string_view dictionary, std::string_view key) {
  const size_t at = dictionary.find("'" + std::string(key) + "'");
  if (at == std::string_view::npos) return {};
  std::string_view rest = dictionary.substr(at + key.size() + 2);
  while (!rest.empty() && (rest[0] == ' ' || rest[0] == ':')) rest.remove_prefix(1);
  return rest;
}

std::optional<std::vector<int64_t>> parse_shape(std::string_view text) {
  if (text.empty() || text[0] != '(') return std::nullopt;
  std::vector<int64_t> shape;
  const char* at = text.data() + 1;
  const char* const end = text.data() + text.size();
  while (at < end && *at != ')') {
    if (*at == ' ' || *at == ',') {
      ++at;
      continue;
    }
    int64_t side = -1;
    const auto [next, error] = std::from_chars(at, end, side);
    if (error != std::errc{} || side < 0) return std::nullopt;
    shape.push_back(side);
    at = next;
  }
  return at < end ? std::optional(shape) : std::nullopt;
}

// Nothing where the header is not one.
std::optional<NpyHeader> parse_npy_header(Bytes bytes) {
  if (bytes.size() < 12 || bytes[6] < std::byte{1} || bytes[6] > std::byte{3}) return std::nullopt;
  const size_t length_bytes = bytes[6] == std::byte{1} ? 2 : 4;
  NpyHeader header;
  header.header_bytes = 8 + length_bytes + little_endian(bytes.subspan(8, length_bytes));
  if (header.header_bytes > bytes.size()) return std::nullopt;
  const std::string_view dictionary = as_text(bytes.first(header.header_bytes).subspan(8 + length_bytes));
  const std::string_view descr = value_of(dictionary, "descr");
  const size_t quote = descr.substr(descr.empty() ? 0 : 1).find('\'');
  if (descr.empty() || descr[0] != '\'' || quote == std::string_view::npos) return std::nullopt;
  header.descr = descr.substr(1, quote);
  header.fortran = value_of(dictionary, "fortran_order").starts_with("True");
  const auto shape = parse_shape(value_of(dictionary, "shape"));
  if (!shape) return std::nullopt;
  header.shape = *shape;
  return header;
}

// Bytes of the data; nothing where the dtype is none of plain numbers, or where the shape overflows.
std::optional<uint64_t> data_bytes(const NpyHeader& header) {
  if (header.descr.size() < 3) return std::nullopt;
  uint64_t bytes = 0;
  const char* const end = header.descr.data() + header.descr.size();
  const auto [next, error] = std::from_chars(header.descr.data() + 2, end, bytes);
  if (error != std::errc{} || next != end || bytes == 0 || bytes > 64) return std::nullopt;
  for (const int64_t side : header.shape)
    if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(side), &bytes)) return std::nullopt;
  return bytes;
}

// The end record of a zip lies in its last 64 KiB.
std::optional<size_t> find_zip_end(Bytes bytes) {
  constexpr size_t kEndRecordBytes = 22, kMaxComment = 65535;
  const std::string_view text = as_text(bytes);
  const size_t from = text.size() > kEndRecordBytes + kMaxComment ? text.size() - kEndRecordBytes - kMaxComment : 0;
  const size_t at = text.substr(from).rfind("PK\x05\x06");
  if (at == std::string_view::npos || from + at + kEndRecordBytes > text.size()) return std::nullopt;
  return from + at;
}

bool first_member_is_npy(Bytes bytes) {
  constexpr size_t kNameAt = 30;
  if (bytes.size() < kNameAt) return false;
  const uint64_t name_bytes = little_endian(bytes.subspan(26, 2));
  return kNameAt + name_bytes <= bytes.size() && as_text(bytes.subspan(kNameAt, name_bytes)).ends_with(".npy");
}

// What info says of statistics or features: where they come from, how many pictures, which part of them.
void describe_info(Finding& finding, const base::NpyArray& info) {
  const base::Json json = base::parse_json(as_text(info.data), "info");
  finding.details["info"] = json;
  if (!json.is_object()) return;
  for (const auto* const key : {"network", "protocol", "source"})
    if (json.contains(key) && json[key].is_string() && !json[key].get_ref<const std::string&>().empty())
      finding.summary += ", " + base::printable(json[key].get<std::string>());
  const auto number = [&](const char* key) { return json.contains(key) ? base::dump_json(json[key]) : std::string(); };
  if (json.contains("n") && json["n"].is_number_unsigned()) finding.summary += ", " + number("n") + " pictures";
  if (json.contains("shard") && json["shard"].is_number_unsigned())
    finding.summary += ", shard " + number("shard") + " of " + base::printable(number("shards"));
}

// [N, d]: of each picture its features.
void describe_features(Finding& finding, const base::NpyArray& features) {
  finding.kind = "features";
  if (features.shape.size() != 2)
    return set_fault(finding, base::Fault::kDamaged,
                     "features " + base::shape_text(features.shape) + " are not [N, d]");
  finding.summary = std::to_string(features.shape[0]) + " x " + std::to_string(features.shape[1]) + " features";
}

// mu [d] and sigma [d, d]: statistics of features, ours or another program's.
void describe_statistics(Finding& finding, const std::map<std::string, base::NpyArray>& arrays) {
  const base::NpyArray &mu = arrays.at("mu"), &sigma = arrays.at("sigma");
  finding.kind = "statistics";
  if (mu.shape.size() != 1 || sigma.shape != std::vector<int64_t>{mu.shape[0], mu.shape[0]})
    return set_fault(finding, base::Fault::kDamaged,
                     "mu " + base::shape_text(mu.shape) + " and sigma " + base::shape_text(sigma.shape) +
                         " do not fit; [d] and [d, d] are expected");
  finding.summary = std::to_string(mu.shape[0]) + " features";
  for (const base::NpyArray* array : {&mu, &sigma}) {
    const std::vector<double> values = array->to_f64();
    if (!std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); }))
      return set_fault(finding, base::Fault::kDamaged, "mu or sigma holds NaN or infinite values");
  }
}

void describe_npz(Finding& finding, const std::string& path) {
  const std::map<std::string, base::NpyArray> arrays = base::read_npz(path);
  base::Json list = base::Json::array();
  for (const auto& [name, array] : arrays)
    list.push_back({{"name", base::printable(name)}, {"dtype", base::dtype_name(array.dtype)}, {"shape", array.shape}});
  finding.summary = std::to_string(arrays.size()) + (arrays.size() == 1 ? " array" : " arrays");
  finding.details["arrays"] = list;
  const bool statistics = arrays.contains("mu") && arrays.contains("sigma");
  if (statistics) describe_statistics(finding, arrays);
  const auto features = arrays.find("features"), info = arrays.find("info");
  if (!statistics && features != arrays.end()) describe_features(finding, features->second);
  if (info != arrays.end() && (statistics || features != arrays.end())) describe_info(finding, info->second);
}

// Of an archive that is too large to be read at a glance: what its info says.
void describe_large(Finding& finding, const std::string& path) {
  constexpr std::array<std::string_view, 1> kInfo = {"info"};
  finding.summary = "large (--check reads its arrays)";
  const std::map<std::string, base::NpyArray> small = base::read_npz_members(path, kInfo, uint64_t{1} << 20);
  if (!small.empty()) describe_info(finding, small.begin()->second);
}

}  // namespace

Finding inspect_npy(const std::string& path, const InspectOptions& options) {
  Finding finding;
  finding.kind = "npy array";
  finding.state = FileState::kWhole;
  const base::MappedFile file(path);
  const Bytes bytes = file.bytes();
  try {
    const std::optional<NpyHeader> header = parse_npy_header(bytes);
    const std::optional<uint64_t> needed = header ? data_bytes(*header) : std::nullopt;
    // The reader of arrays says best what is wrong with a header, and may know what this one does not.
    if (!needed) {
      static_cast<void>(base::parse_npy(bytes, path));
      return finding;
    }
    finding.summary = header->descr + " " + base::shape_text(header->shape);
    finding.details["dtype"] = header->descr;
    finding.details["shape"] = header->shape;
    if (header->fortran) finding.details["order"] = "Fortran";
    const uint64_t have = bytes.size() - header->header_bytes;
    if (have < *needed)
      set_fault(finding, base::Fault::kCutShort,
                std::to_string(have) + " of " + std::to_string(*needed) + " bytes of data");
    else if (have > *needed)
      set_fault(finding, base::Fault::kDamaged, std::to_string(have - *needed) + " bytes after its data");
    else if (options.check)
      static_cast<void>(base::parse_npy(bytes, path));
  } catch (const base::DataError& error) {
    set_fault(finding, error, path);
  }
  return finding;
}

Finding inspect_zip(const std::string& path, const InspectOptions& options) {
  Finding finding;
  finding.state = FileState::kWhole;
  const base::MappedFile file(path);
  const Bytes bytes = file.bytes();
  const bool arrays = first_member_is_npy(bytes);
  finding.kind = arrays ? "npz archive" : "zip archive";
  const std::optional<size_t> end = find_zip_end(bytes);
  if (!end) {
    set_fault(finding, base::Fault::kCutShort, "cut short: no end record");
    return finding;
  }
  if (!arrays) {
    finding.details["members"] = little_endian(bytes.subspan(*end + 10, 2));
    return finding;
  }
  try {
    if (bytes.size() > kLargeArchiveBytes && !options.check)
      describe_large(finding, path);
    else
      describe_npz(finding, path);
  } catch (const base::DataError& error) {
    set_fault(finding, error, path);
  }
  return finding;
}

}  // namespace inr::inspect::parts
