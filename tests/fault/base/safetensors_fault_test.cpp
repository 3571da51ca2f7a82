// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Damaged, cut and hostile safetensors files.
#include <cstring>

#include "base/atomic_file.hpp"
#include "base/safetensors.hpp"
#include "fault.hpp"
#include "support/mutate.hpp"

using namespace inr::base;
using namespace inr::test;

namespace {

std::vector<std::byte> good_file(bool with_checksum) {
  static const std::vector<float> values(300, 0.75F);
  static const std::vector<uint8_t> small(17, 3);
  const TensorView tensors[] = {{"g.hypernet.0.weight", Dtype::kF32, {10, 30}, std::as_bytes(std::span(values))},
                                {"empty", Dtype::kF64, {0, 5}, {}},
                                {"scalar", Dtype::kF32, {}, std::as_bytes(std::span(values).first(1))},
                                {"small", Dtype::kU8, {17}, std::as_bytes(std::span(small))}};
  return serialize_safetensors({{"format", "inr-gan checkpoint"}, {"config", "{\"model\":{}}"}}, tensors,
                               with_checksum);
}

// Reads everything there is, so that a wrong offset would be touched.
void read_all(std::vector<std::byte> bytes) {
  const Safetensors file = Safetensors::parse(std::move(bytes), "x.safetensors");
  for (const TensorInfo& tensor : file.tensors()) {
    BOOST_REQUIRE(file.read_f64(tensor.name).size() == static_cast<size_t>(tensor.numel()));
    BOOST_REQUIRE(file.bytes(tensor).size() == static_cast<size_t>(tensor.numel()) * dtype_bytes(tensor.dtype));
  }
}

std::vector<std::byte> with_length(uint64_t length, std::string_view rest) {
  std::string text(8, '\0');
  std::memcpy(text.data(), &length, 8);
  return to_bytes(text.append(rest));
}

std::string fault_of_header(std::string_view header, std::string_view data = {}) {
  return fault_of([&] { read_all(with_length(header.size(), std::string(header).append(data))); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(safetensors_fault)

BOOST_AUTO_TEST_CASE(mutations) {
  Tally tally;
  for (const bool with_checksum : {false, true}) {
    const std::vector<std::byte> good = good_file(with_checksum);
    for (uint64_t i = 0; i < 1500; ++i) {
      tally.attempt("mutation " + std::to_string(i), [&] { read_all(mutate(good, i)); });
    }
  }
  BOOST_TEST_MESSAGE(tally.n_read << " read, " << tally.n_refused << " refused, slowest " << tally.slowest_s << " s");
  BOOST_TEST(tally.n_refused > 1500U);  // most damage is seen
  BOOST_TEST(tally.n_read > 50U);       // damage in the numbers of a file without checksum is not
  BOOST_TEST(tally.slowest_s < 10.0);
}

BOOST_AUTO_TEST_CASE(a_checksum_finds_every_flipped_bit_of_the_data) {
  const std::vector<std::byte> good = good_file(true);
  const size_t data_bytes = 300 * 4 + 4 + 17;
  for (size_t i = good.size() - data_bytes; i < good.size(); ++i) {
    std::vector<std::byte> bad = good;
    bad[i] ^= static_cast<std::byte>(1U << (i % 8));
    BOOST_REQUIRE(fault_of([&] { read_all(bad); }).find("checksum of the data is wrong") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(every_cut_is_refused_and_told_apart_from_damage) {
  const std::vector<std::byte> good = good_file(true);
  for (size_t n = 0; n < good.size(); ++n) {
    const std::string fault = fault_of([&] {
      read_all({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(n)});
    });
    const std::string expected = n == 0 ? "is empty" : n <= 8 ? "has only " : "cut short: header promises ";
    BOOST_REQUIRE_MESSAGE(fault.find(expected) != std::string::npos, n << ": " << fault);
    if (n > 8) BOOST_REQUIRE(fault.find("bytes, file has " + std::to_string(n)) != std::string::npos);
  }
  std::vector<std::byte> longer = good;
  longer.push_back(std::byte{0});
  BOOST_TEST(fault_of([&] { read_all(longer); }).find("has 1 bytes after its last tensor") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(hostile_lengths) {
  for (const uint64_t length :
       {UINT64_MAX, UINT64_MAX - 7, uint64_t{INT64_MAX}, uint64_t{1} << 63U, uint64_t{100'000'001}}) {
    BOOST_TEST(fault_of([&] { read_all(with_length(length, "{}")); }).find("larger than 100 MB") != std::string::npos);
  }
  BOOST_TEST(fault_of([&] { read_all(with_length(100'000'000, "{}")); }).find("cut short") != std::string::npos);
  for (const uint64_t length : {0, 1}) {
    BOOST_TEST(fault_of([&] { read_all(with_length(length, "{}")); }).find("not a safetensors file") !=
               std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(other_files_are_not_ours) {
  for (const std::string_view text : {"\x89PNG\r\n\x1a\n 0123456789", "PK\x03\x04 0123456789",
                                      "{\"model\": {\"resolution\": 256}}", "some text that goes on and on"}) {
    BOOST_TEST(fault_of([&] { read_all(to_bytes(text)); }).find("not a safetensors file") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(hostile_headers) {
  const auto one = [](const std::string& entry) { return "{\"t\":" + entry + "}"; };
  const auto tensor = [&](const std::string& shape, const std::string& offsets, const std::string& dtype = "\"F32\"") {
    return one("{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}");
  };
  const std::string a = R"("a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]})";
  const auto with_a = [&](const std::string& shape, const std::string& offsets) {
    return "{" + a + ",\"b\":{\"dtype\":\"U8\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}";
  };
  struct Case {
    std::string header, data, fault;
  };
  const Case cases[] = {
      {"{ ", "", "not valid JSON at byte"},
      {"{]", "", "not valid JSON at byte"},
      {"{} x", "", "not valid JSON at byte"},
      {"{\"t\":NaN}", "", "not valid JSON at byte"},
      {"{\"\xff\":{}}", "", "not valid JSON at byte"},
      {"{\"t\":" + std::string(100'000, '['), "", "nested deeper than 64"},
      {"{" + a + "," + a + "}", "1234", "the JSON key 'a' appears twice"},
      {one("7"), "", "not described by an object"},
      {one("{}"), "", "lacks one of dtype, shape, data_offsets"},
      {one(R"({"dtype":"F32","shape":[]})"), "", "lacks one of"},
      {one(R"({"dtype":"F32","shape":[],"data_offsets":[0,4],"extra":1})"), "1234", "unknown key 'extra'"},
      {tensor("[1]", "[0,4]", "\"F31\""), "1234", "unknown dtype 'F31'"},
      {tensor("[1]", "[0,4]", "\"F8_E4M3\""), "1234", "unknown dtype 'F8_E4M3'"},
      {tensor("[1]", "[0,4]", "32"), "1234", "a dtype that is not text"},
      {tensor("[-1]", "[0,4]"), "1234", "impossible size -1"},
      {tensor("[1.0]", "[0,4]"), "1234", "impossible size 1.0"},
      {tensor("[1e3]", "[0,4]"), "1234", "impossible size 1000.0"},
      {tensor("[\"1\"]", "[0,4]"), "1234", "impossible size"},
      {tensor("[null]", "[0,4]"), "1234", "impossible size"},
      {tensor("[18446744073709551615]", "[0,4]"), "1234", "impossible size"},
      {tensor("[99999999999999999999]", "[0,4]"), "1234", "impossible size"},
      {tensor("1", "[0,4]"), "1234", "not a list"},
      {tensor("[" + std::string(200, '1') + "]", "[0,4]"), "1234", "impossible size"},
      {tensor("[4294967296,4294967296]", "[0,4]"), "1234", "too large"},
      {tensor("[9223372036854775807]", "[0,4]"), "1234", "too large"},
      {tensor("[4294967296,4294967296,0]", "[0,0]"), "", "too large"},
      {tensor("[4611686018427387904,4]", "[0,0]"), "", "too large"},
      {tensor("[1]", "[0]"), "1234", "not two numbers"},
      {tensor("[1]", "[0,4,8]"), "1234", "not two numbers"},
      {tensor("[1]", "[-4,0]"), "1234", "not two numbers"},
      {tensor("[1]", "[0,4.0]"), "1234", "not two numbers"},
      {tensor("[1]", "{}"), "1234", "not two numbers"},
      {tensor("[1]", "[4,0]"), "1234", "its offsets are 4 to 0"},
      {tensor("[1]", "[0,5]"), "12345", "takes 4 bytes"},
      {tensor("[2]", "[0,4]"), "1234", "takes 8 bytes"},
      {tensor("[1]", "[18446744073709551612,18446744073709551615]"), "1234", "takes 4 bytes"},
      {tensor("[1]", "[18446744073709551611,18446744073709551615]"), "1234", "gap of 18446744073709551611 bytes"},
      {tensor("[1]", "[4,8]"), "12345678", "gap of 4 bytes between the start of the data and 't'"},
      {tensor("[2]", "[0,8]"), "1234", "cut short: header promises"},
      {tensor("[1]", "[0,4]"), "12345", "1 bytes after its last tensor"},
      {with_a("[4]", "[2,6]"), "123456", "tensors 'a' and 'b' overlap"},
      {with_a("[4]", "[0,4]"), "1234", "tensors 'a' and 'b' overlap"},
      {with_a("[2]", "[1,3]"), "1234", "tensors 'a' and 'b' overlap"},
      {with_a("[0]", "[2,2]"), "1234", "tensors 'a' and 'b' overlap"},
      {with_a("[4]", "[5,9]"), "123456789", "gap of 1 bytes between 'a' and 'b'"},
      {R"({"__metadata__":7})", "", "__metadata__ is not a JSON object"},
      {R"({"__metadata__":{"a":7}})", "", "metadata 'a' is not text"},
      {R"({"__metadata__":{"a":{"b":"c"}}})", "", "metadata 'a' is not text"},
      {R"({"__metadata__":{},"__metadata__":{}})", "", "appears twice"},
      {R"({"__metadata__":{"checksum":"xyz"}})", "", "not a hexadecimal number"},
      {R"({"__metadata__":{"checksum":""}})", "", "not a hexadecimal number"},
      {R"({"__metadata__":{"checksum":"000000000000"}})", "", ""},
      {R"({"__metadata__":{"checksum":"1ffffffff"}})", "", "not a hexadecimal number"},
      {R"({"__metadata__":{"checksum":"00000001"}})", "", "checksum of the data is wrong"},
      {"{\"" + std::string(5000, 'n') + "\\u001b[2J\":7}", "", "not described"},
  };
  for (const Case& one_case : cases) {
    const std::string fault = fault_of_header(one_case.header, one_case.data);
    BOOST_TEST(fault.find(one_case.fault) != std::string::npos,
               printable(one_case.header) << ": expected '" << one_case.fault << "', got '" << fault << "'");
    BOOST_TEST(fault.empty() == one_case.fault.empty(), fault);
    BOOST_TEST(fault.size() < 600);
    BOOST_TEST(fault == printable(fault, 1000));
  }
}

BOOST_AUTO_TEST_CASE(many_small_tensors_take_no_quadratic_time) {
  std::string header = "{";
  for (int i = 0; i < 100'000; ++i) {
    if (i > 0) header += ',';
    header.append("\"t").append(std::to_string(i)).append(R"(":{"dtype":"U8","shape":[1],"data_offsets":[)");
    header.append(std::to_string(i)).append(",").append(std::to_string(i + 1)).append("]}");
  }
  Tally tally;
  tally.attempt("many", [&] {
    const Safetensors file =
        Safetensors::parse(with_length(header.size() + 1, header + "}" + std::string(100'000, 'd')), "x");
    BOOST_TEST(file.tensors().size() == 100'000U);
    BOOST_TEST(file.at("t99999").begin == 99'999U);
  });
  BOOST_TEST(tally.n_read == 1U);
  BOOST_TEST(tally.slowest_s < 30.0);  // quadratic: minutes
}

BOOST_AUTO_TEST_CASE(files_on_disk) {
  const TemporaryFolder folder;
  BOOST_TEST(fault_of([&] { (void)Safetensors::open(folder / "none"); }).find("cannot open: No such file") !=
             std::string::npos);
  BOOST_TEST(fault_of([&] { (void)Safetensors::open(folder.path().string()); }).find("Is a directory") !=
             std::string::npos);
  BOOST_TEST(fault_of([&] { (void)Safetensors::open("/dev/zero"); }).find("not a regular file") != std::string::npos);
  Tally tally;
  const std::vector<std::byte> good = good_file(true);
  for (uint64_t i = 0; i < 50; ++i) {
    AtomicFile file(folder / "bad");
    file.write(mutate(good, i));
    file.commit();
    tally.attempt("mutation " + std::to_string(i), [&] { (void)Safetensors::open(folder / "bad"); });
  }
  BOOST_TEST(tally.n_refused > 25U);
}

BOOST_AUTO_TEST_SUITE_END()
