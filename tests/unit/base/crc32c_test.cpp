// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// CRC-32C against published values (RFC 3720, B.4), and both ways against each other.
#include "base/crc32c.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/philox.hpp"
#include "support/test.hpp"

using namespace inr::base;

BOOST_AUTO_TEST_SUITE(crc)

BOOST_AUTO_TEST_CASE(published_values) {
  std::vector<std::byte> ascending(32), descending(32);
  for (size_t i = 0; i < 32; ++i) ascending[i] = descending[31 - i] = static_cast<std::byte>(i);
  for (const auto crc : {crc32c, crc32c_portable}) {
    BOOST_TEST(crc(std::as_bytes(std::span(std::string_view("123456789"))), 0) == 0xE3069283U);
    BOOST_TEST(crc({}, 0) == 0U);
    BOOST_TEST(crc(std::vector<std::byte>(32), 0) == 0x8A9136AAU);
    BOOST_TEST(crc(std::vector<std::byte>(32, std::byte{0xFF}), 0) == 0x62A8AB43U);
    BOOST_TEST(crc(ascending, 0) == 0x46DD794EU);
    BOOST_TEST(crc(descending, 0) == 0x113FDB5CU);
  }
}

BOOST_AUTO_TEST_CASE(both_ways_agree_on_all_lengths_and_alignments) {
  CounterRng random(1);
  std::vector<std::byte> data(300);
  for (std::byte& value : data) value = static_cast<std::byte>(random.next_u32());
  for (size_t at = 0; at < 9; ++at) {
    for (size_t n = 0; at + n <= data.size(); n += 1 + n / 20) {
      const std::span piece = std::span<const std::byte>(data).subspan(at, n);
      BOOST_TEST(crc32c(piece, 7) == crc32c_portable(piece, 7));
    }
  }
}

BOOST_AUTO_TEST_CASE(pieces_continue) {
  std::vector<std::byte> data(1000);
  for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::byte>(i * i);
  const std::span<const std::byte> all = data;
  for (size_t cut = 0; cut <= data.size(); cut += 37) {
    BOOST_TEST(crc32c(all.subspan(cut), crc32c(all.first(cut))) == crc32c(all));
    BOOST_TEST(crc32c_portable(all.subspan(cut), crc32c_portable(all.first(cut))) == crc32c(all));
  }
}

BOOST_AUTO_TEST_SUITE_END()
