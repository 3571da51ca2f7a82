// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Damaged JSON: refused in one line, or a tree that prints and parses again.
#include "base/json.hpp"
#include "fault.hpp"
#include "support/mutate.hpp"

using namespace inr::base;
using namespace inr::test;

BOOST_AUTO_TEST_SUITE(json_fault)

BOOST_AUTO_TEST_CASE(mutations) {
  const std::vector<std::byte> good = to_bytes(
      R"({"model":{"resolution":256,"decoder":"multiscale","fourier_scale":1.0e1,"skip_coords":true,"none":null,)"
      R"("blocks":[{"resolution":128,"width":512,"text":"\u00e9\n\"x\" é"},{"resolution":256,"width":-3}]},"list":[[[]],{}]})");
  Tally tally;
  for (uint64_t i = 0; i < 4000; ++i) {
    tally.attempt("mutation " + std::to_string(i), [&] {
      const Json value = parse_json(to_text(mutate(good, i)), "config");
      const std::string text = dump_json(value);
      BOOST_REQUIRE(dump_json(parse_json(text, "again")) == text);
    });
  }
  BOOST_TEST_MESSAGE(tally.n_read << " read, " << tally.n_refused << " refused, slowest " << tally.slowest_s << " s");
  BOOST_TEST(tally.n_refused > 1000U);
  BOOST_TEST(tally.n_read > 100U);
  BOOST_TEST(tally.slowest_s < 10.0);
}

BOOST_AUTO_TEST_SUITE_END()
