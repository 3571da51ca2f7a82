// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The order of pictures and their flips: functions of seed and position.
#include <algorithm>
#include <set>

#include "gan/batch_loader.hpp"
#include "support/test.hpp"

namespace {

using inr::gan::DataOrder;

BOOST_AUTO_TEST_CASE(every_epoch_is_a_fresh_permutation_of_all_pictures) {
  DataOrder order(3, 11);
  std::vector<int64_t> first;
  std::vector<int64_t> second;
  for (int64_t p = 0; p < 11; ++p) first.push_back(order.index(p));
  for (int64_t p = 11; p < 22; ++p) second.push_back(order.index(p));
  BOOST_CHECK_EQUAL(std::set<int64_t>(first.begin(), first.end()).size(), 11U);
  BOOST_CHECK_EQUAL(std::set<int64_t>(second.begin(), second.end()).size(), 11U);
  BOOST_CHECK_EQUAL(*std::max_element(first.begin(), first.end()), 10);
  BOOST_CHECK(first != second);
}

BOOST_AUTO_TEST_CASE(a_position_has_one_picture_however_it_is_reached) {
  DataOrder straight(3, 7);
  std::vector<int64_t> want;
  for (int64_t p = 0; p < 30; ++p) want.push_back(straight.index(p));
  DataOrder resumed(3, 7);
  for (int64_t p = 17; p < 30; ++p) BOOST_CHECK_EQUAL(resumed.index(p), want[static_cast<size_t>(p)]);
  BOOST_CHECK_EQUAL(DataOrder(3, 7).index(17), want[17]);
}

BOOST_AUTO_TEST_CASE(half_of_the_pictures_are_flipped) {
  const DataOrder order(1, 5);
  int n_flipped = 0;
  for (int64_t p = 0; p < 2000; ++p) n_flipped += order.flip(p) ? 1 : 0;
  BOOST_CHECK_GT(n_flipped, 900);
  BOOST_CHECK_LT(n_flipped, 1100);
  BOOST_CHECK_EQUAL(order.flip(77), DataOrder(1, 9).flip(77));
}

}  // namespace
