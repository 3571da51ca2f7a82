// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The kind of the errors of safetensors, npy, npz, JSON and files: whoever reports a file decides by it.
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/byte_source.hpp"
#include "base/json.hpp"
#include "base/npy.hpp"
#include "base/safetensors.hpp"
#include "base/sha256.hpp"
#include "support/fault_of.hpp"

using namespace inr;
using base::Fault;
using test::expect_fault;
using test::text_bytes;

namespace {

std::string safetensors_of(const std::string& header, const std::string& data) {
  std::string file(8, '\0');
  const uint64_t n = header.size();
  std::memcpy(file.data(), &n, 8);
  return file + header + data;
}

// One tensor of 8 bytes.
std::string tensor_of(const std::string& dtype, const std::string& data = "01234567") {
  return safetensors_of(R"({"a":{"dtype":")" + dtype + R"(","shape":[2],"data_offsets":[0,8]}})", data);
}

std::string npy_of(const std::string& header, const std::string& data, char version = 1) {
  std::string file = std::string("\x93NUMPY") + version + '\0';
  file += static_cast<char>(header.size());
  file += '\0';
  return file + header + data;
}

std::string array_of(const std::string& dtype) {
  return npy_of("{'descr': " + dtype + ", 'fortran_order': False, 'shape': (1,)}", "01234567");
}

std::string npz_of(const std::map<std::string, base::NpyArray>& arrays) {
  const test::TemporaryFolder folder;
  base::write_npz(folder / "file.npz", arrays);
  const std::vector<std::byte> bytes = base::read_file(folder / "file.npz");
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

using Cases = std::vector<std::pair<Fault, std::string>>;

}  // namespace

BOOST_AUTO_TEST_SUITE(fault_kinds)

BOOST_AUTO_TEST_CASE(of_safetensors) {
  const std::string whole = tensor_of("F32");
  BOOST_TEST(test::fault_of([&] { base::Safetensors::parse(text_bytes(whole), "file"); }) == "no error");
  const Cases cases = {
      {Fault::kEmpty, ""},
      {Fault::kForeign, "# a text"},
      {Fault::kForeign, "a text that is longer"},
      {Fault::kForeign, safetensors_of("[1]", "")},
      {Fault::kCutShort, whole.substr(0, 20)},
      {Fault::kCutShort, whole.substr(0, whole.size() - 1)},
      {Fault::kDamaged, whole + "x"},
      {Fault::kDamaged, safetensors_of("{\"a\":", "")},  // the header ends within its own length
      {Fault::kDamaged, safetensors_of("{\"a\":1}", "")},
      {Fault::kDamaged, tensor_of("F64")},
      {Fault::kDamaged, tensor_of("?")},
      {Fault::kDamaged, tensor_of("f32")},
      {Fault::kDamaged, safetensors_of(R"({"__metadata__":{"checksum":"00000000"},)" +
                                           std::string(R"("a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})"),
                                       "ab")},
      {Fault::kUnsupported, tensor_of("F8_E4M3")},
      {Fault::kUnsupported, tensor_of("F4")},
      {Fault::kUnsupported, tensor_of("C64")},
  };
  for (const auto& [kind, bytes] : cases) {
    expect_fault(kind, bytes.substr(std::min<size_t>(bytes.size(), 8)),
                 [&] { base::Safetensors::parse(text_bytes(bytes), "cut short, newer than this program"); });
  }
  const base::Safetensors file = base::Safetensors::parse(text_bytes(whole), "file");
  expect_fault(Fault::kDamaged, "a tensor that is missing", [&] { static_cast<void>(file.at("b")); });
}

BOOST_AUTO_TEST_CASE(of_npy) {
  const std::string whole = array_of("'<f8'");
  BOOST_TEST(test::fault_of([&] { base::parse_npy(text_bytes(whole), "file"); }) == "no error");
  const Cases cases = {{Fault::kEmpty, ""},
                       {Fault::kForeign, "PK and so on"},
                       {Fault::kCutShort, "\x93NUM"},
                       {Fault::kCutShort, whole.substr(0, 40)},
                       {Fault::kCutShort, whole.substr(0, whole.size() - 1)},
                       {Fault::kDamaged, whole + "x"},
                       {Fault::kDamaged, npy_of("{'descr': '<f8'}", "")},
                       {Fault::kDamaged, npy_of("", "", 0)},
                       {Fault::kNewer, npy_of("", "", 4)},
                       {Fault::kUnsupported, array_of("'>f8'")},
                       {Fault::kUnsupported, array_of("'|O'")},
                       {Fault::kUnsupported, array_of("'<c8'")},
                       {Fault::kUnsupported, array_of("[('a', '<f8')]")}};
  for (const auto& [kind, bytes] : cases)
    expect_fault(kind, bytes, [&] { base::parse_npy(text_bytes(bytes), "cut short, newer than this program"); });
}

BOOST_AUTO_TEST_CASE(of_npz) {
  const std::vector<double> values = {1, 2, 3};
  const std::string whole = npz_of({{"a", base::make_npy(values, {3})}});
  const auto read = [](const std::string& bytes) { base::parse_npz(text_bytes(bytes), "archive", 1 << 20); };
  BOOST_TEST(test::fault_of([&] { read(whole); }) == "no error");
  std::string flipped = whole;
  flipped[whole.size() / 2] = static_cast<char>(flipped[whole.size() / 2] ^ 1);
  expect_fault(Fault::kEmpty, "nothing", [&] { read(""); });
  expect_fault(Fault::kForeign, "a text", [&] { read("a text, of some length, that is not an archive"); });
  expect_fault(Fault::kCutShort, "cut", [&] { read(whole.substr(0, whole.size() - 30)); });
  expect_fault(Fault::kDamaged, "a flipped bit", [&] { read(flipped); });
  expect_fault(Fault::kUnsupported, "too large", [&] { base::parse_npz(text_bytes(whole), "archive", 8); });
}

// The archive is whole: what its member lacks is damage of the archive.
BOOST_AUTO_TEST_CASE(of_a_member_of_an_npz) {
  const std::vector<double> values = {1, 2, 3};
  std::string archive = npz_of({{"a", base::make_npy(values, {3})}});
  const auto read = [](const std::string& bytes) { base::parse_npz(text_bytes(bytes), "archive", 1 << 20); };
  // Its shape promises more than the member holds; the checksum is that of the changed bytes.
  const size_t shape = archive.find("(3,)");
  BOOST_REQUIRE(shape != std::string::npos);
  const uint32_t before = [&] {
    uint32_t crc = 0;
    std::memcpy(&crc, archive.data() + 14, 4);
    return crc;
  }();
  archive[shape + 1] = '4';
  const size_t directory = archive.find("PK\x01\x02");
  uint32_t sizes[2] = {};
  std::memcpy(sizes, archive.data() + directory + 20, 8);
  const size_t begin = directory - sizes[0];
  uint32_t crc = 0xFFFFFFFFU;  // of zip: reflected 0xEDB88320
  for (size_t i = begin; i < directory; ++i) {
    crc ^= static_cast<unsigned char>(archive[i]);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  crc = ~crc;
  BOOST_TEST(crc != before);
  std::memcpy(archive.data() + 14, &crc, 4);
  std::memcpy(archive.data() + directory + 16, &crc, 4);
  expect_fault(Fault::kDamaged, "a short member", [&] { read(archive); });
}

BOOST_AUTO_TEST_CASE(of_json) {
  for (const char* const text : {"", "{", "{\"a\": 1, \"a\": 2}", "{no}", "1 2"})
    expect_fault(Fault::kDamaged, text, [&] { base::parse_json(text, "cut short"); });
  expect_fault(Fault::kUnsupported, "too deep", [] { base::parse_json(std::string(5000, '['), "file"); });
}

BOOST_AUTO_TEST_CASE(of_files) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "file";
  {
    base::AtomicFile file(path);
    file.write(std::string_view("0123456789"));
    file.commit();
  }
  expect_fault(Fault::kUnsupported, "larger than the limit", [&] { base::read_file(path, 4); });
  const base::FileBytes bytes(path);
  std::filesystem::resize_file(path, 5);
  expect_fault(Fault::kCutShort, "cut while it is read", [&] { bytes.check_unchanged(); });
  std::filesystem::resize_file(path, 20);
  expect_fault(Fault::kOther, "changed while it is read", [&] { bytes.check_unchanged(); });
  expect_fault(Fault::kOther, "a device", [] { base::FileBytes device("/dev/null"); });
  expect_fault(Fault::kDamaged, "a saved hash", [] { base::Sha256::restore("xyz"); });
}

BOOST_AUTO_TEST_SUITE_END()
