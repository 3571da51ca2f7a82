// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The lines from which tests/golden/table.sh makes its table.
#pragma once
#include <cstdio>
#include <string>

namespace inr::test {

/// file, tensor, error, and used = error / tolerance: at most 1 passes.
inline void print_golden(const std::string& file, const std::string& tensor, double error, double used) {
  std::printf("%-28s  %-40s  error %.1e  used %5.1f %%\n", file.c_str(), tensor.c_str(), error, 100 * used);
}

}  // namespace inr::test
