// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Images of a rank: every image once, groups whole, and the same groups formed again from the shard alone.
#include "parallel/shard.hpp"

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "support/test.hpp"

namespace {

using inr::parallel::images_of_rank;

/// The set of images beside image p of a list of n, when the discriminator sees that list: those with the same p mod
/// n/4.
std::set<int64_t> company(const std::vector<int64_t>& images, size_t p) {
  const size_t n_groups = images.size() / 4;
  std::set<int64_t> out;
  for (size_t q = p % n_groups; q < images.size(); q += n_groups) out.insert(images[q]);
  return out;
}

BOOST_AUTO_TEST_CASE(shards_together_are_the_batch_and_form_its_groups) {
  for (const int64_t batch : {8, 16, 24, 32, 96}) {
    const std::vector<int64_t> whole = images_of_rank(batch, 0, 1);
    for (int size = 1; size <= batch / 4; ++size) {
      if (batch % (4 * size) != 0) continue;
      std::set<int64_t> seen;
      for (int rank = 0; rank < size; ++rank) {
        const std::vector<int64_t> shard = images_of_rank(batch, rank, size);
        BOOST_REQUIRE_EQUAL(shard.size(), static_cast<size_t>(batch / size));
        for (size_t p = 0; p < shard.size(); ++p) {
          seen.insert(shard[p]);
          BOOST_CHECK(company(shard, p) == company(whole, static_cast<size_t>(shard[p])));
        }
      }
      BOOST_CHECK_EQUAL(seen.size(), static_cast<size_t>(batch));
      BOOST_CHECK_EQUAL(*seen.rbegin(), batch - 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(ranks_have_runs_of_groups) {
  BOOST_CHECK(images_of_rank(16, 0, 2) == (std::vector<int64_t>{0, 1, 4, 5, 8, 9, 12, 13}));
  BOOST_CHECK(images_of_rank(16, 1, 2) == (std::vector<int64_t>{2, 3, 6, 7, 10, 11, 14, 15}));
  BOOST_CHECK(images_of_rank(16, 3, 4) == (std::vector<int64_t>{3, 7, 11, 15}));
  BOOST_CHECK(images_of_rank(3, 0, 1) == (std::vector<int64_t>{0, 1, 2}));
}

void check_refused(int64_t batch, int size, const std::string& sizes) {
  BOOST_CHECK_EXCEPTION(images_of_rank(batch, 0, size), inr::base::UsageError, [&](const inr::base::UsageError& error) {
    const std::string text = error.what();
    BOOST_TEST_INFO(text);
    return text.find("batch " + std::to_string(batch) + " ") != std::string::npos && text.ends_with("run on " + sizes);
  });
}

BOOST_AUTO_TEST_CASE(sizes_that_would_cut_groups_are_refused_with_those_that_work) {
  check_refused(16, 3, "1, 2 or 4 processes");
  check_refused(16, 8, "1, 2 or 4 processes");
  check_refused(8, 4, "1 or 2 processes");
  check_refused(4, 2, "1 process only");
  check_refused(2, 2, "1 process only");
  check_refused(12, 2, "1 or 3 processes");
  BOOST_CHECK_THROW(images_of_rank(16, 2, 2), inr::base::UsageError);
  BOOST_CHECK_THROW(images_of_rank(16, -1, 2), inr::base::UsageError);
}

}  // namespace
