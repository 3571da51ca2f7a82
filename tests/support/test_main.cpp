// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The main of every test binary; test files include support/test.hpp and define cases with BOOST_AUTO_TEST_CASE.
#define BOOST_TEST_MODULE inr
#include <boost/test/included/unit_test.hpp>
