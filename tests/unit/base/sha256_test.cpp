// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// SHA-256 against the examples of FIPS 180-4, in one piece and in many, with its state saved between them.
#include "base/sha256.hpp"

#include "base/error.hpp"
#include "support/test.hpp"

namespace {

using namespace inr::base;

std::string hex(std::string_view text) { return sha256_hex(std::as_bytes(std::span(text))); }

BOOST_AUTO_TEST_CASE(sha256_published_examples) {
  BOOST_TEST(hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BOOST_TEST(hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
             "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  BOOST_TEST(hex(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

BOOST_AUTO_TEST_CASE(sha256_pieces_and_saved_states) {
  std::string text;
  for (int i = 0; i < 400; ++i) text += static_cast<char>(i * 37);
  for (size_t n = 0; n < text.size(); ++n) {
    const std::string_view whole = std::string_view(text).substr(0, n);
    Sha256 pieces;
    for (size_t at = 0, step = 1; at < n; at += step, step = step * 7 % 101 + 1) {
      pieces.update(whole.substr(at, step));
      pieces = Sha256::restore(pieces.save());
    }
    BOOST_TEST(pieces.hex() == hex(whole), "length " << n);
  }
}

BOOST_AUTO_TEST_CASE(sha256_refuses_damaged_states) {
  Sha256 hash;
  hash.update("some text");
  const std::string good = hash.save();
  BOOST_TEST(Sha256::restore(good).hex() == hash.hex());
  for (size_t n = 0; n < good.size(); ++n) BOOST_CHECK_THROW(Sha256::restore(good.substr(0, n)), DataError);
  for (const size_t at : {size_t{0}, size_t{70}, good.size() - 1}) {
    std::string bad = good;
    bad[at] = 'x';
    BOOST_CHECK_THROW(Sha256::restore(bad), DataError);
  }
  BOOST_CHECK_THROW(Sha256::restore(good + "00"), DataError);
}

}  // namespace
