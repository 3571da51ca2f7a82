// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// numpy's legacy normals, which do not change from one numpy to the next.
#include "base/legacy_normal.hpp"

#include "base/error.hpp"
#include "support/test.hpp"

using namespace inr;

BOOST_AUTO_TEST_SUITE(legacy_normal)

// numpy.random.RandomState(seed).randn(n) to 17 digits, which are those of the double.
BOOST_AUTO_TEST_CASE(numbers_are_those_of_numpy) {
  struct Case {
    uint64_t seed;
    double first[5], thousandth;
  };
  static const Case kCases[] = {
      {0,
       {1.764052345967664, 0.40015720836722329, 0.9787379841057392, 2.2408931992014578, 1.8675579901499675},
       -0.35811407547985674},
      {1,
       {1.6243453636632417, -0.61175641365007538, -0.5281717522634557, -1.0729686221561705, 0.86540762932467852},
       -0.18695501653274957},
      {42,
       {0.49671415301123267, -0.13826430117118466, 0.64768853810069249, 1.5230298564080254, -0.23415337472333597},
       0.57258278135615859},
      {4294967295,
       {0.64840867423065274, 0.66932353063381611, -1.0805437227474493, 0.28450104479863092, 0.11388773652167104},
       0.83967795257963085},
  };
  for (const Case& expected : kCases) {
    base::LegacyNormal sequence(expected.seed);
    for (const double value : expected.first) BOOST_TEST(sequence.next() == value);
    double last = 0;
    for (int i = 5; i < 1000; ++i) last = sequence.next();
    BOOST_TEST(last == expected.thousandth);
  }
}

// An odd width: the second of a pair goes into the next row.
BOOST_AUTO_TEST_CASE(rows_follow_one_another) {
  base::LegacyNormal sequence(7);
  std::vector<std::vector<float>> expected(4, std::vector<float>(3));
  for (auto& row : expected)
    for (float& value : row) value = static_cast<float>(sequence.next());
  base::LegacyNormalRows rows(3);
  for (const uint64_t index : {0U, 1U, 3U, 2U, 0U})
    BOOST_TEST(rows.row(7, index) == expected[index], boost::test_tools::per_element());
  BOOST_TEST((rows.row(8, 1) != expected[1]));
  BOOST_TEST(rows.row(7, 1) == expected[1], boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(seeds_end_where_those_of_numpy_do) {
  BOOST_CHECK_NO_THROW(base::LegacyNormal(UINT32_MAX));
  BOOST_CHECK_THROW(base::LegacyNormal(uint64_t{1} << 32), base::UsageError);
}

BOOST_AUTO_TEST_SUITE_END()
