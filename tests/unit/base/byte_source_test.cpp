// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Bytes by position, of memory and of files that others write to meanwhile.
#include "base/byte_source.hpp"

#include <unistd.h>

#include <array>
#include <fstream>
#include <stdexcept>

#include "base/error.hpp"
#include "support/test.hpp"

using namespace inr;

namespace {

std::string read(const base::ByteSource& source, uint64_t offset, size_t n) {
  std::string text(n, '?');
  source.read(offset, std::as_writable_bytes(std::span(text)));
  return text;
}

std::string error_of(const auto& work) {
  try {
    work();
  } catch (const base::DataError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(byte_source)

BOOST_AUTO_TEST_CASE(any_range_within) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "x") << "0123456789";
  const base::FileBytes file(folder / "x");
  const std::string text = "0123456789";
  const base::MemoryBytes memory(std::as_bytes(std::span(text)));
  for (const base::ByteSource* const source :
       {static_cast<const base::ByteSource*>(&file), static_cast<const base::ByteSource*>(&memory)}) {
    BOOST_TEST(source->size() == 10U);
    BOOST_TEST(read(*source, 0, 10) == text);
    BOOST_TEST(read(*source, 7, 3) == "789");
    BOOST_TEST(read(*source, 10, 0).empty());
    BOOST_CHECK_THROW(read(*source, 8, 3), std::out_of_range);
    BOOST_CHECK_THROW(read(*source, 11, 0), std::out_of_range);
    BOOST_CHECK_THROW(read(*source, UINT64_MAX, 2), std::out_of_range);
    BOOST_CHECK_NO_THROW(source->check_unchanged());
  }
}

BOOST_AUTO_TEST_CASE(changes_are_one_error) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "x";
  std::ofstream(path) << "0123456789";
  const base::FileBytes file(path);
  std::ofstream(path, std::ios::app) << "more";
  BOOST_TEST(error_of([&] { file.check_unchanged(); }).find("x: was changed while it was being read;") !=
             std::string::npos);
  BOOST_REQUIRE(::truncate(path.c_str(), 5) == 0);
  BOOST_TEST(read(file, 0, 5) == "01234");
  BOOST_TEST(error_of([&] { read(file, 3, 4); }).find("x: was cut short while it was being read;") !=
             std::string::npos);
  BOOST_TEST(error_of([&] { file.check_unchanged(); }).find("x: was cut short while it was being read;") !=
             std::string::npos);
  std::filesystem::remove(path);  // who has it open keeps it
  BOOST_TEST(read(file, 0, 5) == "01234");
}

BOOST_AUTO_TEST_CASE(what_is_no_regular_file) {
  const test::TemporaryFolder folder;
  BOOST_CHECK_THROW(base::FileBytes(folder / "missing"), base::SystemError);
  BOOST_CHECK_THROW(base::FileBytes(folder.path().string()), base::SystemError);
  BOOST_CHECK_THROW(base::FileBytes("/dev/null"), base::DataError);
}

BOOST_AUTO_TEST_SUITE_END()
