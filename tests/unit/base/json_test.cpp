// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The door in front of the JSON library.
#include "base/json.hpp"

#include "base/error.hpp"
#include "support/test.hpp"

using namespace inr::base;

namespace {

std::string fault_of(const std::string& text) {
  try {
    (void)parse_json(text, "config");
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

std::string nested(size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

BOOST_AUTO_TEST_SUITE(json)

BOOST_AUTO_TEST_CASE(values_and_order_are_kept) {
  const std::string text = R"({"z":1,"a":[true,null,-2,1.5,"\u00fc"],"m":{"y":{},"b":[]},"big":18446744073709551615})";
  const Json value = parse_json(text, "config");
  BOOST_TEST(value["z"].get<int>() == 1);
  BOOST_TEST(value["a"][3].get<double>() == 1.5);
  BOOST_TEST(value["a"][4].get<std::string>() == "\xc3\xbc");
  BOOST_TEST(value["big"].get<uint64_t>() == UINT64_MAX);
  BOOST_TEST(dump_json(value) ==
             R"({"z":1,"a":[true,null,-2,1.5,"ü"],"m":{"y":{},"b":[]},"big":18446744073709551615})");
  BOOST_TEST(parse_json(" 7 ", "x").get<int>() == 7);
}

BOOST_AUTO_TEST_CASE(faults_name_the_place) {
  BOOST_TEST(fault_of("{\"a\": }").starts_with("config: not valid JSON at byte 7: "));
  for (const char* text : {"", " ", "{", "[1,]", "{\"a\"}", "{a:1}", "[1] x", "nan", "NaN", "[Infinity]", "1e999",
                           "'a'", "\"\\u12\"", "\"\xff\"", "\"\xc3", "// c\n1", "[01]", "\"\n\""}) {
    BOOST_TEST(fault_of(text).starts_with("config: not valid JSON at byte "),
               "'" << text << "' gave: " << fault_of(text));
    BOOST_TEST(fault_of(text).find('\n') == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(duplicate_keys_are_refused_in_one_object_only) {
  BOOST_TEST(fault_of(R"({"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]})") == "");
  BOOST_TEST(fault_of(R"({"x":{"a":1,"b":2,"a":3}})") == "config: the JSON key 'a' appears twice in one object");
  BOOST_TEST(fault_of(R"({"a":1,"\u0061":2})") == "config: the JSON key 'a' appears twice in one object");
}

BOOST_AUTO_TEST_CASE(depth_is_limited) {
  BOOST_TEST(fault_of(nested(64)) == "");
  BOOST_TEST(fault_of(nested(65)) == "config: JSON nested deeper than 64 levels");
  BOOST_TEST(fault_of(nested(5'000'000)) == "config: JSON nested deeper than 64 levels");
}

BOOST_AUTO_TEST_CASE(many_keys_take_no_quadratic_time) {
  std::string text = "{";
  for (size_t i = 0; i < 200'000; ++i) text += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":0";
  const auto start = std::chrono::steady_clock::now();
  BOOST_TEST(parse_json(text + "}", "x").size() == 200'000U);
  BOOST_TEST(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() <
             5.0);  // quadratic: minutes
}

BOOST_AUTO_TEST_CASE(too_many_values_are_refused) {
  std::string text = "[0";
  for (size_t i = 0; i < (size_t{4} << 20); ++i) text += ",0";
  BOOST_TEST(fault_of(text + "]").find("JSON with more than") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(dump_never_throws_on_content) {
  BOOST_TEST(dump_json(Json("\xff")) == "\"\xef\xbf\xbd\"");
  BOOST_TEST(dump_json(Json(NAN)) == "null");
}

BOOST_AUTO_TEST_SUITE_END()
