// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Released state dictionaries as safetensors whose header was written by hand: what is wrong with them is told,
// whatever it claims.
#include <memory>
#include <string>

#include "base/atomic_file.hpp"
#include "support/mutate.hpp"
#include "unit/released/released_models.hpp"

using namespace inr;
using test::error_of;
using test::golden;
using test::has;

namespace {

released::ReleasedSource read_bytes(std::span<const std::byte> bytes) {
  return released::read_released(std::make_shared<const base::MemoryBytes>(bytes), "file");
}

std::string file_of(const std::string& header, size_t n_data) {
  std::string length(8, '\0');
  for (size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(header.size() >> 8 * i & 0xFFU);
  return length + header + std::string(n_data, '\0');
}

std::string error_of_file(const std::string& bytes) {
  return error_of([&] { read_bytes(std::as_bytes(std::span(bytes))); });
}

// A header of metadata and one tensor.
std::string error_of_tensor(const std::string& tensor, size_t n_data = 8) {
  return error_of_file(file_of(R"({"__metadata__":{"init_kwargs":"{}"},"w":)" + tensor + "}", n_data));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(released_safetensors)

BOOST_AUTO_TEST_CASE(headers) {
  BOOST_TEST(has(error_of_file(file_of("{}", 0)), "lacks init_kwargs"));
  BOOST_TEST(has(error_of_file(file_of(R"({"__metadata__":3})", 0)), "lacks init_kwargs"));
  BOOST_TEST(has(error_of_file(file_of(R"({"__metadata__":{"init_kwargs":3}})", 0)), "lacks init_kwargs"));
  BOOST_TEST(has(error_of_file(file_of("{\"a\":", 0)), "not valid JSON"));
  BOOST_TEST(has(error_of_file(file_of("{}", 0).substr(0, 9)), "is cut short"));
  BOOST_TEST(
      has(error_of_file(file_of(R"({"__metadata__":{"init_kwargs":"{}","checksum":"xyz"}})", 0)), "hexadecimal"));
  std::string huge = file_of("{}", 0);
  huge[7] = '\x7f';
  BOOST_TEST(has(error_of_file(huge), "has a header of 9"));
}

BOOST_AUTO_TEST_CASE(tensors) {
  BOOST_TEST(error_of_tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})") == "no error");
  BOOST_TEST(error_of_tensor(R"({"dtype":"F32","shape":[0],"data_offsets":[0,0]})", 0) == "no error");
  for (const char* const tensor :
       {"3", "{}", R"({"dtype":"F32","shape":3,"data_offsets":[0,8]})",
        R"({"dtype":"F32","shape":[-2],"data_offsets":[0,8]})", R"({"dtype":"F32","shape":[2.0],"data_offsets":[0,8]})",
        R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})", R"({"dtype":"F32","shape":[3],"data_offsets":[0,8]})",
        R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]})",
        R"({"dtype":"F32","shape":[2],"data_offsets":[9223372036854775807,9223372036854775815]})",
        R"({"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]})"})
    BOOST_TEST(has(error_of_tensor(tensor), "file: tensor 'w' "), tensor << ": " << error_of_tensor(tensor));
  BOOST_TEST(has(error_of_tensor(R"({"dtype":"F16","shape":[4],"data_offsets":[0,8]})"), "released models are F32"));
  BOOST_TEST(
      has(error_of_tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})", 4), "is cut short: tensor 'w'"));
  BOOST_TEST(has(error_of_tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})", 9), "holds 9 bytes of data"));
  // One that stands for many.
  BOOST_TEST(has(error_of_file(file_of(R"({"__metadata__":{"init_kwargs":"{}"},)"
                                       R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                                       R"("b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
                                       8)),
                 "holds 8 bytes of data, of which its tensors take 16"));
}

BOOST_AUTO_TEST_CASE(damaged_copies_are_one_error_or_a_model) {
  const std::vector<std::byte> good = base::read_file(golden("state.safetensors"));
  size_t n_errors = 0;
  for (uint64_t i = 0; i < 300; ++i) {
    const std::vector<std::byte> bytes = test::mutate(good, i);
    n_errors += error_of([&] { released::plan_released(read_bytes(bytes)); }) != "no error";
  }
  BOOST_TEST(n_errors > 100U);
}

BOOST_AUTO_TEST_SUITE_END()
