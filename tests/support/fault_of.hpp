// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Of what kind a reader says the fault of a file is: a table of cases, each with the kind it must give.
#pragma once
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "support/test.hpp"

namespace inr::test {

/// "no error", or the kind of the DataError that work throws and its message.
inline std::string fault_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const base::DataError& error) {
    return std::string(base::to_string(error.fault())) + " (" + error.what() + ")";
  }
  return "no error";
}

/// The case named by label must throw a DataError of that kind.
inline void expect_fault(base::Fault want, std::string_view label, const std::function<void()>& work) {
  const std::string got = fault_of(work);
  BOOST_TEST(got.starts_with(std::string(base::to_string(want)) + " ("),
             label << ": " << base::to_string(want) << " expected, got " << got);
}

/// The bytes of a text.
inline std::vector<std::byte> text_bytes(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

}  // namespace inr::test
