// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What is written is read back; the bytes are those of the format; alignment, order and dtypes of foreign files.
#include "base/safetensors.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <memory>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "support/test.hpp"

using namespace inr::base;

namespace {

std::vector<std::byte> to_bytes(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

std::string to_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A file by hand: header text and data.
std::vector<std::byte> by_hand(std::string_view header, std::string_view data) {
  std::string file(8, '\0');
  const uint64_t n = header.size();
  std::memcpy(file.data(), &n, 8);
  return to_bytes(file.append(header).append(data));
}

const std::vector<float> kWeights = {1.5F, -2.0F, 0.25F, 3.0F, -0.0F, 1e-30F};
const std::vector<int64_t> kIndices = {-1, INT64_MAX};

std::vector<TensorView> two_tensors() {
  return {{"weights", Dtype::kF32, {2, 3}, std::as_bytes(std::span(kWeights))},
          {"indices", Dtype::kI64, {2}, std::as_bytes(std::span(kIndices))}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(safetensors)

BOOST_AUTO_TEST_CASE(written_then_read) {
  const auto bytes = serialize_safetensors({{"format", "test"}, {"quote", "\"\n\xc3\xbc"}}, two_tensors());
  const Safetensors file = Safetensors::parse(bytes, "memory");
  BOOST_TEST(file.metadata("format") == "test");
  BOOST_TEST(file.metadata("quote") == "\"\n\xc3\xbc");
  BOOST_TEST(file.metadata("none") == "");
  BOOST_TEST(file.metadata("checksum").size() == 8U);
  BOOST_TEST(file.metadata().size() == 3U);
  BOOST_REQUIRE(file.tensors().size() == 2U);
  BOOST_TEST(file.tensors()[0].name == "weights");
  BOOST_TEST(file.tensors()[1].begin == 24U);
  BOOST_TEST(file.at("weights").numel() == 6);
  BOOST_TEST((file.at("weights").shape == std::vector<int64_t>{2, 3}));
  BOOST_TEST((file.read_f32("weights") == kWeights));
  const int64_t shape[] = {2, 3};
  BOOST_TEST((file.read_f32("weights", shape) == kWeights));
  BOOST_TEST(file.read_f64("indices")[0] == -1.0);
  BOOST_TEST(file.find("none") == nullptr);
  BOOST_TEST(file.where() == "memory");
}

BOOST_AUTO_TEST_CASE(a_copy_keeps_the_bytes) {
  auto original = std::make_unique<Safetensors>(Safetensors::parse(serialize_safetensors({}, two_tensors()), "memory"));
  Safetensors copy = *original;
  BOOST_TEST(copy.bytes(copy.at("indices")).data() == original->bytes(original->at("indices")).data());
  original.reset();
  BOOST_TEST((copy.read_f32("weights") == kWeights));
}

BOOST_AUTO_TEST_CASE(the_file_is_the_same_and_deterministic) {
  const inr::test::TemporaryFolder folder;
  const auto bytes = serialize_safetensors({{"a", "1"}}, two_tensors());
  write_safetensors(folder / "file", {{"a", "1"}}, two_tensors());
  BOOST_TEST((read_file(folder / "file") == bytes));
  BOOST_TEST((Safetensors::open(folder / "file").read_f32("weights") == kWeights));
  uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, bytes.data(), 8);
  BOOST_TEST(header_bytes % 8 == 0U);
  BOOST_TEST(bytes.size() == 8 + header_bytes + 40);
}

BOOST_AUTO_TEST_CASE(the_grammar_byte_by_byte) {
  const float one = 1;
  const TensorView tensor{"t", Dtype::kF32, {}, std::as_bytes(std::span(&one, 1))};
  const std::string text = to_text(serialize_safetensors({}, {&tensor, 1}, false));
  const std::string header = R"({"t":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})";
  BOOST_TEST(text.size() == 8 + 56 + 4U);
  BOOST_TEST(text.substr(0, 8) == std::string("\x38\0\0\0\0\0\0\0", 8));
  BOOST_TEST(text.substr(8, 56) == header + std::string(56 - header.size(), ' '));
  BOOST_TEST(text.substr(64) == std::string("\0\0\x80\x3f", 4));
}

BOOST_AUTO_TEST_CASE(a_file_without_tensors) {
  const Safetensors file = Safetensors::parse(serialize_safetensors({{"only", "words"}}, {}), "x");
  BOOST_TEST(file.tensors().empty());
  BOOST_TEST(file.metadata("checksum") == "00000000");
  BOOST_TEST(Safetensors::parse(by_hand("{}", ""), "x").tensors().empty());
}

BOOST_AUTO_TEST_CASE(the_head_alone_can_be_read) {
  const inr::test::TemporaryFolder folder;
  const std::string path = folder / "damaged.safetensors";
  const float one = 1;
  const TensorView tensor{"t", Dtype::kF32, {}, std::as_bytes(std::span(&one, 1))};
  std::string text = to_text(serialize_safetensors({{"only", "words"}}, {&tensor, 1}));
  text.back() = '\0';
  std::ofstream(path, std::ios::binary) << text;
  BOOST_CHECK_THROW(Safetensors::open(path), inr::base::DataError);
  BOOST_TEST(Safetensors::open(path, inr::base::Check::kHead).metadata("only") == "words");
  std::ofstream(path, std::ios::binary) << text.substr(0, text.size() - 1);
  BOOST_CHECK_THROW(Safetensors::open(path, inr::base::Check::kHead), inr::base::DataError);
}

BOOST_AUTO_TEST_CASE(header_order_need_not_be_data_order) {
  const Safetensors file = Safetensors::parse(
      by_hand(
          R"({"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]},"e":{"dtype":"F64","shape":[0,7],"data_offsets":[3,3]},)"
          R"("a":{"shape":[3],"data_offsets":[0,3],"dtype":"U8"}}  )",
          "abcde"),
      "x");
  BOOST_TEST(file.tensors()[0].name == "a");
  BOOST_TEST(file.tensors()[1].name == "e");
  BOOST_TEST(file.tensors()[2].name == "b");
  BOOST_TEST(to_text(file.bytes(file.at("b"))) == "de");
  BOOST_TEST(file.read_f32("e").empty());
  BOOST_TEST(file.at("e").numel() == 0);
}

BOOST_AUTO_TEST_CASE(data_need_not_be_aligned) {
  const Safetensors file = Safetensors::parse(
      by_hand(
          R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"f":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}})",
          std::string_view("\x05\0\0\x80\x3f", 5)),
      "x");
  BOOST_TEST(file.read_f32("a")[0] == 5.0F);
  BOOST_TEST(file.read_f32("f")[0] == 1.0F);
}

BOOST_AUTO_TEST_CASE(every_dtype_is_widened) {
  struct Case {
    Dtype dtype;
    std::string data;
    double value;
  };
  const auto raw = [](auto value) { return std::string(reinterpret_cast<const char*>(&value), sizeof value); };
  const Case cases[] = {{Dtype::kF64, raw(-1.25), -1.25},
                        {Dtype::kF32, raw(-1.25F), -1.25},
                        {Dtype::kF16, raw(uint16_t{0xBD00}), -1.25},
                        {Dtype::kBF16, raw(uint16_t{0xBFA0}), -1.25},
                        {Dtype::kI64, raw(int64_t{-9}), -9},
                        {Dtype::kI32, raw(int32_t{-9}), -9},
                        {Dtype::kI16, raw(int16_t{-9}), -9},
                        {Dtype::kI8, raw(int8_t{-9}), -9},
                        {Dtype::kU64, raw(uint64_t{1} << 40U), 0x1p40},
                        {Dtype::kU32, raw(uint32_t{4000000000U}), 4e9},
                        {Dtype::kU16, raw(uint16_t{65535}), 65535},
                        {Dtype::kU8, raw(uint8_t{255}), 255},
                        {Dtype::kBool, raw(uint8_t{1}), 1}};
  for (const Case& one : cases) {
    BOOST_TEST(one.data.size() == dtype_bytes(one.dtype));
    const TensorView tensor{"t", one.dtype, {1}, std::as_bytes(std::span(one.data))};
    const Safetensors file = Safetensors::parse(serialize_safetensors({}, {&tensor, 1}), "x");
    BOOST_TEST((file.at("t").dtype == one.dtype));
    BOOST_TEST(file.read_f64("t")[0] == one.value, dtype_name(one.dtype));
    BOOST_TEST(file.read_f32("t")[0] == static_cast<float>(one.value), dtype_name(one.dtype));
  }
}

BOOST_AUTO_TEST_CASE(halves_go_there_and_back) {
  for (uint32_t i = 0; i < 0x10000; ++i) {
    const auto bits = static_cast<uint16_t>(i);
    const bool half_nan = (bits & 0x7FFFU) > 0x7C00U, brain_nan = (bits & 0x7FFFU) > 0x7F80U;
    if (half_nan) {
      BOOST_REQUIRE(std::isnan(half_to_float(bits)));
      BOOST_REQUIRE((float_to_half(half_to_float(bits)) & 0x7FFFU) > 0x7C00U);
    } else {
      BOOST_REQUIRE(float_to_half(half_to_float(bits)) == bits);
    }
    if (brain_nan) {
      BOOST_REQUIRE((float_to_bfloat16(bfloat16_to_float(bits)) & 0x7FFFU) > 0x7F80U);
    } else {
      BOOST_REQUIRE(float_to_bfloat16(bfloat16_to_float(bits)) == bits);
    }
  }
}

BOOST_AUTO_TEST_CASE(halves_round_to_nearest_even) {
  // Between each two neighbours: the middle goes to the even one, just beside it to the nearer one.
  for (uint32_t i = 0; i < 0x7BFF; ++i) {
    const float low = half_to_float(static_cast<uint16_t>(i)), high = half_to_float(static_cast<uint16_t>(i + 1));
    const float middle = (low + high) / 2;
    BOOST_REQUIRE(float_to_half(middle) == (i % 2 == 0 ? i : i + 1));
    BOOST_REQUIRE(float_to_half(std::nextafter(middle, 0.0F)) == i);
    BOOST_REQUIRE(float_to_half(std::nextafter(middle, INFINITY)) == i + 1);
    BOOST_REQUIRE(float_to_half(-middle) == (0x8000U | (i % 2 == 0 ? i : i + 1)));
  }
  BOOST_TEST(float_to_half(65519.0F) == 0x7BFFU);
  BOOST_TEST(float_to_half(65520.0F) == 0x7C00U);
  BOOST_TEST(float_to_half(1e30F) == 0x7C00U);
  BOOST_TEST(float_to_half(-INFINITY) == 0xFC00U);
  BOOST_TEST(float_to_half(1e-30F) == 0U);
  BOOST_TEST(float_to_bfloat16(1.00390625F) == 0x3F80U);  // 1 + 2^-8: the middle, to even
  BOOST_TEST(float_to_bfloat16(1.01171875F) == 0x3F82U);  // 1 + 3 2^-8
  BOOST_TEST(float_to_bfloat16(3.4028235e38F) == 0x7F80U);
}

BOOST_AUTO_TEST_CASE(wrong_shapes_and_names_are_named) {
  const Safetensors file = Safetensors::parse(serialize_safetensors({}, two_tensors()), "model.safetensors");
  const auto says = [](const std::string& text) {
    return [text](const DataError& error) { return error.what() == text; };
  };
  const int64_t shape[] = {3, 2};
  BOOST_CHECK_EXCEPTION((void)file.read_f32("weights", shape), DataError,
                        says("model.safetensors: tensor 'weights' has shape [2, 3] where [3, 2] is expected"));
  BOOST_CHECK_EXCEPTION((void)file.at("bias"), DataError, says("model.safetensors: has no tensor 'bias'"));
}

BOOST_AUTO_TEST_CASE(the_writer_refuses_what_contradicts_itself) {
  auto tensors = two_tensors();
  tensors[0].shape = {3, 3};
  BOOST_CHECK_THROW((void)serialize_safetensors({}, tensors), DataError);
  tensors[0].shape = {-2, -3};
  BOOST_CHECK_THROW((void)serialize_safetensors({}, tensors), DataError);
  tensors = two_tensors();
  tensors[1].name = "weights";
  BOOST_CHECK_THROW((void)serialize_safetensors({}, tensors), DataError);
  tensors[1].name = "__metadata__";
  BOOST_CHECK_THROW((void)serialize_safetensors({}, tensors), DataError);
  const inr::test::TemporaryFolder folder;
  BOOST_CHECK_THROW(write_safetensors(folder / "file", {}, tensors), DataError);
  BOOST_TEST(std::filesystem::is_empty(folder.path()));
  BOOST_CHECK_THROW(write_safetensors("/dev/full", {}, two_tensors()), SystemError);
}

BOOST_AUTO_TEST_CASE(large_files_are_mapped) {
  const inr::test::TemporaryFolder folder;
  const std::vector<float> large(17 << 20, 0.5F);
  const TensorView tensor{"large", Dtype::kF32, {17 << 20}, std::as_bytes(std::span(large))};
  write_safetensors(folder / "file", {}, {&tensor, 1});
  const Safetensors file = Safetensors::open(folder / "file");
  BOOST_TEST((file.read_f32("large") == large));
}

BOOST_AUTO_TEST_SUITE_END()
