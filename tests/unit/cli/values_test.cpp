// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Grammars of command-line values.
#include "cli/values.hpp"

#include "base/error.hpp"
#include "support/test.hpp"

using namespace inr::cli;
using inr::base::UsageError;

BOOST_AUTO_TEST_CASE(sizes) {
  BOOST_TEST(parse_size("512").width_px == 512);
  BOOST_TEST(parse_size("512").height_px == 512);
  BOOST_TEST(parse_size("640x480").height_px == 480);
  for (const char* bad :
       {"", "x", "5x", "x5", "0", "-4", "1.5", "4x4x4", "0x4", "1048577", "99999999999999999999", " 4"})
    BOOST_CHECK_THROW(parse_size(bad), UsageError);
}

BOOST_AUTO_TEST_CASE(windows) {
  const auto window = parse_window("-0.5,0,1.25,1e0");
  BOOST_TEST(window[0] == -0.5);
  BOOST_TEST(window[2] == 1.25);
  BOOST_TEST(window[3] == 1.0);
  for (const char* bad :
       {"", "0,0,1", "0,0,1,1,1", "0,0,1,", "1,0,0,1", "0,1,1,1", "0,0,nan,1", "0,0,inf,1", "a,0,1,1"})
    BOOST_CHECK_THROW(parse_window(bad), UsageError);
  BOOST_TEST(parse_numbers("1,2", 2)[1] == 2.0);
}

BOOST_AUTO_TEST_CASE(index_lists) {
  BOOST_TEST(parse_index_list("3,7,10-12") == (std::vector<uint64_t>{3, 7, 10, 11, 12}),
             boost::test_tools::per_element());
  BOOST_TEST(parse_index_list("5-5").size() == 1U);
  BOOST_TEST(parse_index_list("18446744073709551615").front() == UINT64_MAX);
  BOOST_TEST(parse_index_list("0-9", 10).size() == 10U);
  for (const char* bad : {"", ",", "3,", "-3", "3-", "7-3", "a", "1.5", "0-10", "18446744073709551616"})
    BOOST_CHECK_THROW(parse_index_list(bad, 10), UsageError);
  // A range that would fill the memory is refused before it does.
  BOOST_CHECK_THROW(parse_index_list("0-18446744073709551615"), UsageError);
}

BOOST_AUTO_TEST_CASE(word_lists) {
  BOOST_TEST(parse_words("a,b") == (std::vector<std::string>{"a", "b"}), boost::test_tools::per_element());
  BOOST_CHECK_THROW(parse_words("a,,b"), UsageError);
  BOOST_CHECK_THROW(parse_words(""), UsageError);
}

BOOST_AUTO_TEST_CASE(durations) {
  BOOST_TEST(parse_duration_s("90") == 90.0);
  BOOST_TEST(parse_duration_s("90s") == 90.0);
  BOOST_TEST(parse_duration_s("1.5m") == 90.0);
  BOOST_TEST(parse_duration_s("1h30m") == 5400.0);
  BOOST_TEST(parse_duration_s("2d") == 172800.0);
  for (const char* bad : {"", "0", "-1h", "3x", "h", "1h30", "inf", "nan", "3 h", "1e999"})
    BOOST_CHECK_THROW(parse_duration_s(bad), UsageError);
}

BOOST_AUTO_TEST_CASE(defaults_are_shown_in_their_shortest_form) {
  BOOST_TEST(default_text_of(0.7) == "0.7");
  BOOST_TEST(default_text_of(0.1F) == "0.1");
  BOOST_TEST(default_text_of(uint64_t{3}) == "3");
  BOOST_TEST(default_text_of(std::optional<int>()).empty());
}
