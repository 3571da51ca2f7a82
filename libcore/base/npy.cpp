// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// .npy (NumPy Enhancement Proposal 1): 6 bytes magic, version, length of a Python dictionary, the dictionary, the data.
#include "base/npy.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/widen.hpp"

namespace inr::base {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kMaxHeaderBytes = 65536;  // ours have 118 bytes; a header of many fields is not for us anyway
constexpr size_t kMaxRank = 64;
constexpr size_t kAlignment = 64;

struct TypeCode {
  Dtype dtype;
  std::string_view code;
};
constexpr TypeCode kTypeCodes[] = {{Dtype::kF64, "<f8"}, {Dtype::kF32, "<f4"}, {Dtype::kF16, "<f2"},
                                   {Dtype::kI64, "<i8"}, {Dtype::kI32, "<i4"}, {Dtype::kI16, "<i2"},
                                   {Dtype::kI8, "|i1"},  {Dtype::kU64, "<u8"}, {Dtype::kU32, "<u4"},
                                   {Dtype::kU16, "<u2"}, {Dtype::kU8, "|u1"},  {Dtype::kBool, "|b1"}};

struct Header {
  Dtype dtype = Dtype::kF32;
  bool fortran_order = false;
  std::vector<int64_t> shape;
};

// The one form of dictionary that NumPy writes, with any spacing: {'descr': '<f8', 'fortran_order': False, 'shape': (2,
// 3), }
class DictionaryParser {
 public:
  DictionaryParser(std::string_view text, std::string_view where) : text_(text), where_(where) {}

  Header parse() {
    Header header;
    bool has_descr = false, has_order = false, has_shape = false;
    expect('{');
    while (!take('}')) {
      const std::string key = string();
      expect(':');
      bool* seen = key == "descr"           ? &has_descr
                   : key == "fortran_order" ? &has_order
                   : key == "shape"         ? &has_shape
                                            : nullptr;
      if (seen == nullptr || *seen) fail("has the key '" + printable(key) + "' which is unknown or repeated");
      *seen = true;
      if (seen == &has_descr) {
        header.dtype = dtype();
      } else if (seen == &has_order) {
        header.fortran_order = boolean();
      } else {
        header.shape = shape();
      }
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    skip_spaces();
    if (at_ != text_.size()) fail("has text after its closing brace");
    if (!has_descr || !has_order || !has_shape) fail("lacks one of descr, fortran_order, shape");
    return header;
  }

 private:
  [[noreturn]] void fail(const std::string& text, Fault fault = Fault::kDamaged) const {
    throw DataError(fault, where_, "the npy header " + text);
  }

  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }

  bool take(char wanted) {
    skip_spaces();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  bool take_word(std::string_view word) {
    skip_spaces();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  void expect(char wanted) {
    if (!take(wanted))
      fail("is damaged at byte " + std::to_string(at_) + ": '" + std::string(1, wanted) + "' expected");
  }

  std::string string() {
    skip_spaces();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    const size_t end = quote == '\'' || quote == '"' ? text_.find(quote, at_ + 1) : std::string_view::npos;
    if (end == std::string_view::npos) fail("is damaged at byte " + std::to_string(at_) + ": text expected");
    const std::string_view content = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return std::string(content);
  }

  bool boolean() {
    if (take_word("False")) return false;
    if (!take_word("True")) fail("is damaged at byte " + std::to_string(at_) + ": True or False expected");
    return true;
  }

  Dtype dtype() {
    skip_spaces();
    if (text_.substr(at_).starts_with('['))
      fail("describes records of several fields, which are not read", Fault::kUnsupported);
    const std::string code = string();
    const bool one_byte = code.size() == 3 && code[2] == '1';
    for (const TypeCode& known : kTypeCodes) {
      // For single bytes the order is without meaning and written as '|', '<' or '='.
      if (code == known.code || (one_byte && std::string_view(code).substr(1) == known.code.substr(1)))
        return known.dtype;
    }
    if (code.starts_with('>'))
      throw DataError(Fault::kUnsupported, where_, "is big endian",
                      "save it with array.astype(array.dtype.newbyteorder('<'))");
    if (code.find('O') != std::string::npos) {
      throw DataError(Fault::kUnsupported, where_, "holds Python objects, which are never read",
                      "save an array of numbers");
    }
    throw DataError(Fault::kUnsupported, where_, "has the unknown type '" + printable(code) + "'",
                    "save it as float32 or float64");
  }

  int64_t integer() {
    skip_spaces();
    int64_t value = 0;
    const char* first = text_.data() + at_;
    const auto [stop, fault] = std::from_chars(first, text_.data() + text_.size(), value);
    if (fault != std::errc{} || value < 0) fail("has an impossible size at byte " + std::to_string(at_));
    at_ += static_cast<size_t>(stop - first);
    take('L');  // Python 2 wrote long integers so
    return value;
  }

  std::vector<int64_t> shape() {
    std::vector<int64_t> sizes;
    expect('(');
    while (!take(')')) {
      if (sizes.size() == kMaxRank) fail("has more than 64 dimensions");
      sizes.push_back(integer());
      if (!take(',')) {
        expect(')');
        break;
      }
    }
    return sizes;
  }

  std::string_view text_, where_;
  size_t at_ = 0;
};

template <typename T>
NpyArray make_array(Dtype dtype, std::span<const T> values, std::vector<int64_t> shape) {
  const std::optional<int64_t> numel = checked_numel(shape, sizeof(T));
  if (!numel || static_cast<uint64_t>(*numel) != values.size()) {
    throw DataError("npy", std::to_string(values.size()) + " values do not fit shape " + shape_text(shape));
  }
  const auto bytes = std::as_bytes(values);
  return {dtype, std::move(shape), {bytes.begin(), bytes.end()}};
}

// The same values with the last index running fastest instead of the first.
std::vector<std::byte> to_c_order(std::span<const std::byte> data, std::span<const int64_t> shape, size_t each) {
  std::vector<std::byte> out(data.size());
  std::vector<size_t> steps(shape.size()), index(shape.size(), 0);  // of each index in data, in bytes
  size_t step = each;
  for (size_t i = 0; i < shape.size(); ++i) {
    steps[i] = step;
    step *= static_cast<size_t>(shape[i]);
  }
  size_t from = 0;
  for (size_t to = 0; to < out.size(); to += each) {
    std::memcpy(out.data() + to, data.data() + from, each);
    for (size_t i = shape.size(); i-- > 0;) {  // counts up, the last index first
      from += steps[i];
      if (++index[i] < static_cast<size_t>(shape[i])) break;
      from -= steps[i] * index[i];
      index[i] = 0;
    }
  }
  return out;
}

uint64_t little_endian(std::span<const std::byte> bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8U | std::to_integer<uint64_t>(bytes[i]);
  return value;
}

}  // namespace

int64_t NpyArray::numel() const noexcept { return checked_numel(shape, 1).value_or(0); }
std::vector<float> NpyArray::to_f32() const { return widen_to_f32(dtype, data); }
std::vector<double> NpyArray::to_f64() const { return widen_to_f64(dtype, data); }

NpyArray make_npy(std::span<const double> values, std::vector<int64_t> shape) {
  return make_array(Dtype::kF64, values, std::move(shape));
}

NpyArray make_npy(std::span<const float> values, std::vector<int64_t> shape) {
  return make_array(Dtype::kF32, values, std::move(shape));
}

NpyArray make_npy_text(std::string_view text) {
  return make_array(Dtype::kU8, std::span<const char>(text), {static_cast<int64_t>(text.size())});
}

std::string npy_header(Dtype dtype, std::span<const int64_t> shape) {
  const auto* known = std::find_if(std::begin(kTypeCodes), std::end(kTypeCodes),
                                   [dtype](const TypeCode& entry) { return entry.dtype == dtype; });
  if (known == std::end(kTypeCodes)) {
    throw DataError("npy", "there is no NumPy type for " + std::string(dtype_name(dtype)), "write float32");
  }
  std::string text = "{'descr': '" + std::string(known->code) + "', 'fortran_order': False, 'shape': (";
  for (size_t i = 0; i < shape.size(); ++i) text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  text += shape.size() == 1 ? ",), }" : "), }";
  const size_t prefix_bytes = kMagic.size() + 4;
  const size_t total = (prefix_bytes + text.size() + 1 + kAlignment - 1) / kAlignment * kAlignment;
  text.resize(total - prefix_bytes - 1, ' ');
  text += '\n';
  if (text.size() > 0xFFFF) throw DataError("npy", "a shape of " + std::to_string(shape.size()) + " sizes is too long");
  std::string header(kMagic);
  header += '\x01';
  header += '\0';
  header += static_cast<char>(text.size() & 0xFFU);
  header += static_cast<char>(text.size() >> 8U);
  return header + text;
}

NpyArray parse_npy(std::span<const std::byte> bytes, std::string_view where) {
  const auto cut_short = [&](uint64_t promised) {
    return DataError(
        Fault::kCutShort, where,
        "cut short: " + std::to_string(promised) + " bytes promised, " + std::to_string(bytes.size()) + " are there",
        "copy it again");
  };
  if (bytes.empty()) throw DataError(Fault::kEmpty, where, "is empty");
  const size_t n_common = std::min(bytes.size(), kMagic.size());
  if (std::memcmp(bytes.data(), kMagic.data(), n_common) != 0)
    throw DataError(Fault::kForeign, where, "is not an npy file");
  if (bytes.size() < kMagic.size() + 2) throw cut_short(kMagic.size() + 2);
  const auto version = std::to_integer<unsigned>(bytes[kMagic.size()]);
  if (version < 1 || version > 3) {
    throw DataError(version == 0 ? Fault::kDamaged : Fault::kNewer, where,
                    "has npy version " + std::to_string(version) + "; versions 1 to 3 are read");
  }
  const size_t length_at = kMagic.size() + 2, length_bytes = version == 1 ? 2 : 4;
  if (bytes.size() < length_at + length_bytes) throw cut_short(length_at + length_bytes);
  const uint64_t header_bytes = little_endian(bytes.subspan(length_at, length_bytes));
  const uint64_t data_at = length_at + length_bytes + header_bytes;
  if (header_bytes > kMaxHeaderBytes)
    throw DataError(Fault::kDamaged, where, "has an npy header of " + std::to_string(header_bytes) + " bytes");
  if (data_at > bytes.size()) throw cut_short(data_at);
  const auto* text = reinterpret_cast<const char*>(bytes.data()) + length_at + length_bytes;
  Header header = DictionaryParser({text, static_cast<size_t>(header_bytes)}, where).parse();

  const std::span<const std::byte> data = bytes.subspan(static_cast<size_t>(data_at));
  const size_t each = dtype_bytes(header.dtype);
  const std::optional<int64_t> numel = checked_numel(header.shape, each);
  if (!numel)
    throw DataError(Fault::kDamaged, where, "has a shape that is too large: " + printable(shape_text(header.shape)));
  const uint64_t n_bytes = static_cast<uint64_t>(*numel) * each;
  if (n_bytes > data.size()) throw cut_short(data_at + n_bytes);
  if (n_bytes < data.size()) {
    throw DataError(Fault::kDamaged, where, "has " + std::to_string(data.size() - n_bytes) + " bytes after its array");
  }
  // With at most one size above 1 both orders are the same.
  const auto n_long = std::count_if(header.shape.begin(), header.shape.end(), [](int64_t size) { return size > 1; });
  if (header.fortran_order && n_long > 1) return {header.dtype, header.shape, to_c_order(data, header.shape, each)};
  return {header.dtype, std::move(header.shape), {data.begin(), data.end()}};
}

NpyArray read_npy(const std::string& path) { return parse_npy(read_file(path), path); }

void write_npy(const std::string& path, const NpyArray& array) {
  const std::string header = npy_header(array.dtype, array.shape);
  AtomicFile file(path);
  file.write(header);
  file.write(array.data);
  file.commit();
}

}  // namespace inr::base
