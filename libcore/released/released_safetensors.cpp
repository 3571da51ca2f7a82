// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A released state dictionary as safetensors. Its head alone is read into memory; tensors are read by position, which
// base::Safetensors, a map of the file, does not do.
#include <array>
#include <charconv>
#include <vector>

#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "base/widen.hpp"
#include "released/released_forms.hpp"

namespace inr::released {
namespace {

using base::Json;

constexpr uint64_t kLengthBytes = 8, kMaxHeaderBytes = uint64_t{4} << 20;
constexpr size_t kMaxTensors = 10000, kMaxRank = 8;

class Reader {
 public:
  Reader(const std::shared_ptr<const base::ByteSource>& file, const std::string& where) : file_(*file), where_(where) {}

  ReleasedSource run() {
    const Json header = read_header();
    if (const auto metadata = header.find("__metadata__"); metadata != header.end())
      read_metadata(*metadata);
    else
      lacks_arguments();
    if (header.size() > kMaxTensors)
      fail(base::Fault::kUnsupported, "holds more than " + std::to_string(kMaxTensors) + " tensors");
    for (const auto& [name, entry] : header.items())
      if (name != "__metadata__") read_tensor(name, entry);
    if (n_bytes_ != n_data_bytes_)
      fail("holds " + std::to_string(n_data_bytes_) + " bytes of data, of which its tensors take " +
           std::to_string(n_bytes_));
    return std::move(source_);
  }

 private:
  [[noreturn]] void fail(const std::string& text) const {
    throw base::DataError(base::Fault::kDamaged, where_, text, "the file is damaged");
  }
  [[noreturn]] void fail(base::Fault fault, const std::string& text, std::string_view way_out = {}) const {
    throw base::DataError(fault, where_, text, way_out);
  }
  [[noreturn]] void lacks_arguments() const {
    fail(base::Fault::kForeign, "is not a released model: its metadata lacks init_kwargs",
         "give a network snapshot (.pkl) of the released training code");
  }

  Json read_header() {
    std::array<std::byte, kLengthBytes> length{};
    file_.read(0, length);
    const auto n_bytes = base::load_le<uint64_t>(length);
    if (n_bytes > kMaxHeaderBytes)
      fail(base::Fault::kUnsupported, "has a header of " + std::to_string(n_bytes) + " bytes");
    if (n_bytes > file_.size() - kLengthBytes) fail(base::Fault::kCutShort, "is cut short", "copy it again");
    std::vector<std::byte> bytes(static_cast<size_t>(n_bytes));
    file_.read(kLengthBytes, bytes);
    source_.data_begin = kLengthBytes + n_bytes;
    n_data_bytes_ = file_.size() - source_.data_begin;
    Json header = base::parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, where_);
    if (!header.is_object()) fail("has a header that is not a JSON object");
    return header;
  }

  void read_metadata(const Json& metadata) {
    const auto text = [&](const char* key) {
      const auto found = metadata.is_object() ? metadata.find(key) : metadata.end();
      return metadata.is_object() && found != metadata.end() && found->is_string() ? found->get<std::string>() : "";
    };
    if (text("format") == "inr-gan checkpoint")
      fail(base::Fault::kForeign, "is a checkpoint of this toolkit already",
           "inr-sample and the other tools take it as it is");
    const std::string arguments = text("init_kwargs");
    if (arguments.empty()) lacks_arguments();
    if (arguments.size() > kMaxArgumentBytes)
      fail(base::Fault::kUnsupported, "has init_kwargs of " + std::to_string(arguments.size()) + " bytes");
    source_.kwargs = base::parse_json(arguments, where_ + ": init_kwargs");
    if (count(source_.kwargs) > kMaxArguments)
      fail(base::Fault::kUnsupported, "has init_kwargs of more than " + std::to_string(kMaxArguments) + " values");
    if (const std::string checksum = text("checksum"); !checksum.empty()) {
      uint32_t value = 0;
      const char* const end = checksum.data() + checksum.size();
      const auto [stop, fault] = std::from_chars(checksum.data(), end, value, 16);
      if (fault != std::errc{} || stop != end) fail("has a checksum that is not a hexadecimal number");
      source_.checksum = value;
    }
  }

  static size_t count(const Json& value) {
    size_t n = 1;
    if (value.is_structured())
      for (const Json& item : value) n += count(item);
    return n;
  }

  void read_tensor(const std::string& name, const Json& entry) {
    const std::string what = "tensor '" + base::printable(name) + "' ";
    const auto number = [&](const Json& value) {
      if (!value.is_number_unsigned() || value.get<uint64_t>() > uint64_t{INT64_MAX}) fail(what + "has a wrong size");
      return value.get<int64_t>();
    };
    if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") || !entry.contains("data_offsets"))
      fail(what + "lacks one of dtype, shape, data_offsets");
    const Json &dtype = entry["dtype"], &shape = entry["shape"], &offsets = entry["data_offsets"];
    if (dtype != "F32")
      fail(base::Fault::kUnsupported,
           what + "is " + base::printable(base::dump_json(dtype)) + "; released models are F32");
    if (!shape.is_array() || shape.size() > kMaxRank || !offsets.is_array() || offsets.size() != 2)
      fail(what + "has no shape of at most 8 sizes, or not two data_offsets");
    ReleasedTensor tensor;
    for (const Json& size : shape) tensor.shape.push_back(number(size));
    const auto numel = base::checked_numel(tensor.shape, sizeof(float));
    const auto begin = static_cast<uint64_t>(number(offsets[0])), end = static_cast<uint64_t>(number(offsets[1]));
    if (!numel || end < begin || end - begin != static_cast<uint64_t>(*numel) * sizeof(float))
      fail(what + "has a shape that does not fit its data_offsets");
    if (end > n_data_bytes_)
      fail(base::Fault::kCutShort, "is cut short: " + what + "ends after the end of the file", "copy it again");
    n_bytes_ += end - begin;
    tensor.stride.assign(tensor.shape.size(), 1);
    for (size_t i = tensor.shape.size(); i-- > 1 && *numel > 0;)
      tensor.stride[i - 1] = tensor.stride[i] * tensor.shape[i];
    tensor.file = &file_;
    tensor.offset = source_.data_begin + begin;
    tensor.numel = *numel;
    source_.tensors.emplace(name, std::move(tensor));
  }

  const base::ByteSource& file_;
  const std::string& where_;
  ReleasedSource source_;
  uint64_t n_data_bytes_ = 0, n_bytes_ = 0;
};

}  // namespace

ReleasedSource read_released_safetensors(const std::shared_ptr<const base::ByteSource>& file,
                                         const std::string& where) {
  return Reader(file, where).run();
}

}  // namespace inr::released
