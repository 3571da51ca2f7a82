// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Wording of errors, safe text, nearest words.
#include "base/error.hpp"

#include <cerrno>

#include "support/test.hpp"

using namespace inr::base;

BOOST_AUTO_TEST_SUITE(error)

BOOST_AUTO_TEST_CASE(messages_have_where_fault_and_way_out) {
  BOOST_TEST(DataError("a.npz", "is empty").what() == std::string("a.npz: is empty"));
  BOOST_TEST(DataError("a.npz", "is empty", "make it anew").what() == std::string("a.npz: is empty; make it anew"));
  BOOST_TEST(SystemError("a.npz", "open", ENOENT).what() ==
             std::string("a.npz: cannot open: No such file or directory"));
  BOOST_TEST(DataError("a\nb", "is empty").what() == std::string("a\\nb: is empty"));
}

BOOST_AUTO_TEST_CASE(exit_codes) {
  BOOST_TEST(static_cast<int>(UsageError("x").exit_code()) == 2);
  BOOST_TEST(static_cast<int>(DataError("x").exit_code()) == 1);
  BOOST_TEST(static_cast<int>(SystemError("x").exit_code()) == 1);
}

BOOST_AUTO_TEST_CASE(printable_escapes_what_a_terminal_would_obey) {
  BOOST_TEST(printable("plain text") == "plain text");
  BOOST_TEST(printable("a\n\t\r\x1b[31m\x7f") == "a\\n\\t\\r\\x1b[31m\\x7f");
  BOOST_TEST(printable(std::string_view("a\0b", 3)) == "a\\x00b");
  BOOST_TEST(printable("Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x98\x80") == "Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x98\x80");
  BOOST_TEST(printable("\xc2\x9b") == "\\xc2\\x9b");           // C1: starts a control sequence on some terminals
  BOOST_TEST(printable("\xe2\x80\xae") == "\\xe2\\x80\\xae");  // right-to-left override
  BOOST_TEST(printable("\xff\xfe") == "\\xff\\xfe");           // no UTF-8
  BOOST_TEST(printable("\xc3") == "\\xc3");                    // cut UTF-8
  BOOST_TEST(printable("\xc0\xaf\xed\xa0\x80") == "\\xc0\\xaf\\xed\\xa0\\x80");  // overlong, surrogate
}

BOOST_AUTO_TEST_CASE(printable_cuts_by_characters) {
  BOOST_TEST(printable("abcdef", 6) == "abcdef");
  BOOST_TEST(printable("abcdef", 5) == "abcde...");
  BOOST_TEST(printable("\xc3\xbc\xc3\xbc\xc3\xbc", 2) == "\xc3\xbc\xc3\xbc...");
  BOOST_TEST(printable(std::string(1000, 'x')).size() == 123U);
  BOOST_TEST(printable("") == "");
}

BOOST_AUTO_TEST_CASE(nearest_word_finds_slips_only) {
  const std::string known[] = {"width", "frequencies", "layers", "rgb", "lr_hypernet"};
  const auto nearest = [&](std::string_view word) { return nearest_word(word, std::begin(known), std::end(known)); };
  BOOST_TEST(nearest("widht") == "width");
  BOOST_TEST(nearest("layer") == "layers");
  BOOST_TEST(nearest("frequences") == "frequencies");
  BOOST_TEST(nearest("lr-hypernet") == "lr_hypernet");
  BOOST_TEST(nearest("rgb") == "rgb");
  BOOST_TEST(nearest("bananas") == "");
  BOOST_TEST(nearest("") == "");
  BOOST_TEST(nearest(std::string(100000, 'w')) == "");
  BOOST_TEST(nearest_word("x", nullptr, nullptr) == "");
}

BOOST_AUTO_TEST_SUITE_END()
