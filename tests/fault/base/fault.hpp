// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What a hostile file may do: be read, or be refused in one printable line. Anything else fails the test.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "support/test.hpp"

namespace inr::test {

struct Tally {
  size_t n_read = 0, n_refused = 0;
  double slowest_s = 0;

  /// Calls read; an inr::base::Error counts as refused, other exceptions leave and fail the test.
  void attempt(const std::string& what, const std::function<void()>& read) {
    const auto start = std::chrono::steady_clock::now();
    try {
      read();
      ++n_read;
    } catch (const base::Error& error) {
      ++n_refused;
      const std::string text = error.what();
      BOOST_TEST(!text.empty(), what);
      BOOST_TEST(text == base::printable(text, 100'000),
                 what << ": not one printable line: " << base::printable(text, 300));
      BOOST_TEST(text.size() < 1000, what << ": an error of " << text.size() << " bytes");
    }
    slowest_s = std::max(slowest_s, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
};

/// The fault that read() is refused with, empty where it is not.
inline std::string fault_of(const std::function<void()>& read) {
  try {
    read();
  } catch (const base::Error& error) {
    return error.what();
  }
  return {};
}

inline std::vector<std::byte> to_bytes(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

inline std::string to_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace inr::test
