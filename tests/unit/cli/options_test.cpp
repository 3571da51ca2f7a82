// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The option table: what is accepted, what is refused, and that every refusal names the option.
#include "cli/options.hpp"

#include "base/error.hpp"
#include "cli/common_options.hpp"
#include "support/test.hpp"

namespace {

using inr::base::UsageError;
using inr::cli::Options;

/// A table with one option of each kind.
struct Fixture {
  std::string out, mode = "grid";
  int n = 16;
  uint64_t seed = 0;
  double scale = 1.5;
  bool half = false;
  std::optional<int64_t> limit;
  std::optional<std::string> resume;
  std::vector<std::string> settings, inputs;
  std::string first;
  inr::cli::Size size;
  Options options;

  Fixture() {
    inr::cli::add_out(options, out, "output");
    options.add("-n,--count", n, "records", {.min = 1, .max = 100});
    options.add("--seed", seed, "seed");
    options.add("--scale", scale, "scale");
    options.add_flag("--half,-f", half, "half");
    options.add("--limit", limit, "limit");
    options.add("--resume", resume, "resume", {.implied = "auto"});
    options.add("--set", settings, "settings", {.metavar = "KEY=VALUE"});
    options.add("--mode", mode, "mode", {.choices = {"grid", "each", "zoom"}});
    options.add_parsed("--res", [this](const std::string& text) { size = inr::cli::parse_size(text); }, "size",
                       {.metavar = "WxH"});
    options.add_positional("DATASET", first, "dataset", {.required = true});
    options.add_positional("FILE", inputs, "files");
    options.exclusive({"--seed", "--limit"});
  }
  std::string refusal(const std::vector<std::string>& arguments) {
    try {
      options.parse(arguments);
    } catch (const UsageError& error) {
      BOOST_TEST(static_cast<int>(error.exit_code()) == 2);
      return error.what();
    }
    return "accepted";
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(every_form_of_an_option, Fixture) {
  options.parse({"-n7", "data", "--scale=-0.25", "-o", "-", "--set", "a=1", "x.inr", "--set=b=[1,2]", "-", "--res",
                 "640x480", "--half", "--", "--odd", "[a,b]"});
  BOOST_TEST(n == 7);
  BOOST_TEST(first == "data");
  BOOST_TEST(scale == -0.25);
  BOOST_TEST(out == "-");
  BOOST_TEST(settings == (std::vector<std::string>{"a=1", "b=[1,2]"}), boost::test_tools::per_element());
  BOOST_TEST(inputs == (std::vector<std::string>{"x.inr", "-", "--odd", "[a,b]"}), boost::test_tools::per_element());
  BOOST_TEST(half);
  BOOST_TEST(size.width_px == 640);
  BOOST_TEST(size.height_px == 480);
  BOOST_TEST(!limit.has_value());
  BOOST_TEST(options.given("--count"));
  BOOST_TEST(options.given("-n"));
  BOOST_TEST(!options.given("--seed"));
}

BOOST_FIXTURE_TEST_CASE(last_value_wins_and_negative_values_are_values, Fixture) {
  options.parse({"--scale", "1", "--scale", "-2e3", "d", "--limit", "-5"});
  BOOST_TEST(scale == -2000.0);
  BOOST_TEST(*limit == -5);
}

BOOST_FIXTURE_TEST_CASE(implied_value_does_not_eat_the_next_word, Fixture) {
  options.parse({"--resume", "data"});
  BOOST_TEST(*resume == "auto");
  BOOST_TEST(first == "data");
}

BOOST_FIXTURE_TEST_CASE(implied_value_can_be_given, Fixture) {
  options.parse({"data", "--resume=old.safetensors"});
  BOOST_TEST(*resume == "old.safetensors");
}

BOOST_FIXTURE_TEST_CASE(empty_value_is_a_value, Fixture) {
  options.parse({"--out=", "data"});
  BOOST_TEST(options.given("--out"));
  BOOST_TEST(out.empty());
  BOOST_TEST(first == "data");
}

BOOST_FIXTURE_TEST_CASE(refusals_name_the_option_and_the_way_out, Fixture) {
  BOOST_TEST(refusal({"d", "--cuont", "3"}) == "unknown option --cuont; did you mean --count?");
  BOOST_TEST(refusal({"d", "--zzzzzzzz=3"}) == "unknown option --zzzzzzzz");
  BOOST_TEST(refusal({"d", "-q"}).starts_with("unknown option -q"));
  BOOST_TEST(refusal({"d", "-n"}) == "--count: needs a value N");
  BOOST_TEST(refusal({"d", "-n", "abc"}) == "-n/--count: \"abc\" is not a whole number");
  BOOST_TEST(refusal({"d", "-n", "7.5"}) == "-n/--count: \"7.5\" is not a whole number");
  BOOST_TEST(refusal({"d", "-n", ""}) == "-n/--count: \"\" is not a whole number");
  BOOST_TEST(refusal({"d", "-n", "0"}) == "-n/--count: \"0\" is below the least value 1");
  BOOST_TEST(refusal({"d", "-n", "101"}) == "-n/--count: \"101\" is above the greatest value 100");
  BOOST_TEST(refusal({"d", "-n", "99999999999"}) == "-n/--count: \"99999999999\" is out of range");
  BOOST_TEST(refusal({"d", "--seed", "-1"}) == "--seed: \"-1\" is not a whole number from 0");
  BOOST_TEST(refusal({"d", "--scale", "nan"}) == "--scale: \"nan\" is not a finite number");
  BOOST_TEST(refusal({"d", "--scale", "1e999"}) == "--scale: \"1e999\" is out of range");
  BOOST_TEST(refusal({"d", "--half=yes"}) == "--half: takes no value");
  BOOST_TEST(refusal({"d", "--mode", "gird"}) == "--mode: \"gird\" is not one of grid, each, zoom; did you mean grid?");
  BOOST_TEST(refusal({"d", "--res", "abc"}) == "--res: \"abc\" is not N or WxH");
  BOOST_TEST(refusal({}) == "DATASET is missing");
  BOOST_TEST(refusal({"d", "--seed", "1", "--limit", "2"}) ==
             "--seed and --limit exclude each other; give one of them");
  // A value that would garble the terminal is shown escaped.
  BOOST_TEST(refusal({"d", "--res", "\x1b[2J"}).find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(superfluous_positional_is_refused) {
  Options options;
  std::string one;
  options.add_positional("ONE", one, "one");
  BOOST_CHECK_EXCEPTION(options.parse({"a", "b"}), UsageError, [](const UsageError& error) {
    return std::string(error.what()) == "unexpected argument \"b\"";
  });
}

BOOST_FIXTURE_TEST_CASE(stop_comes_before_complaints, Fixture) {
  options.parse({"--no-such-thing"}, [] { return true; });
  BOOST_TEST(first.empty());
}

BOOST_FIXTURE_TEST_CASE(unknown_name_in_a_question_is_a_bug, Fixture) {
  BOOST_CHECK_THROW((void)options.given("--nope"), std::logic_error);
}

BOOST_AUTO_TEST_CASE(common_options_check_their_values) {
  Options options;
  inr::cli::CommonOptions common;
  inr::cli::add_common(options, common,
                       inr::cli::kSeed | inr::cli::kDevice | inr::cli::kThreads | inr::cli::kBatch | inr::cli::kJson);
  options.parse({"--seed", "18446744073709551615", "--device", "cuda:1", "--threads", "2", "--batch", "8", "--json"});
  BOOST_TEST(common.seed == UINT64_MAX);
  BOOST_TEST(common.device == "cuda:1");
  BOOST_TEST(common.n_threads == 2);
  BOOST_TEST(common.batch == 8);
  BOOST_TEST(common.json);
  for (const char* bad : {"gpu", "cuda:", "cuda:-1", "cuda:x", ""})
    BOOST_CHECK_THROW(options.parse({"--device", bad}), UsageError);
  BOOST_CHECK_THROW(options.parse({"--threads", "0"}), UsageError);
}
