// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Features kept in memory and in a file: the same rows; a full disc is an error.
#include "metrics/kept_features.hpp"

#include <cstdlib>

#include "support.hpp"

namespace {

using namespace inr;
using metrics::KeptFeatures;

BOOST_AUTO_TEST_SUITE(kept_features)

BOOST_AUTO_TEST_CASE(rows_come_back_from_memory_and_from_a_file) {
  const at::Tensor rows = test::normals(1, 100, 7).to(at::kFloat);
  for (const int64_t bound : {int64_t{1} << 20, int64_t{900}, int64_t{0}}) {
    KeptFeatures kept(7, bound);
    for (const at::Tensor& block : rows.split(13)) kept.add(block);
    kept.add(rows.slice(0, 0, 0));
    BOOST_TEST(kept.n_images() == 100);
    BOOST_TEST(at::equal(kept.rows(), rows), "bound " << bound);
    BOOST_TEST(at::equal(kept.rows(), rows));
    BOOST_CHECK_THROW(kept.add(rows), std::logic_error);
  }
  KeptFeatures none(3);
  BOOST_TEST(none.rows().size(0) == 0);
  BOOST_CHECK_THROW(KeptFeatures(3).add(rows), std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_missing_is_told) {
  const char* before = std::getenv("TMPDIR");
  const std::string kept_variable = before != nullptr ? before : "/tmp";
  ::setenv("TMPDIR", "/nonexistent", 1);
  KeptFeatures kept(7, 0);
  BOOST_CHECK_EXCEPTION(kept.add(test::normals(1, 2, 7)), base::SystemError, test::says("/nonexistent: cannot create"));
  ::setenv("TMPDIR", kept_variable.c_str(), 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
