// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The lines from which tests/golden/table.sh makes its table.
#pragma once
#include <cstdio>
#include <filesystem>
#include <initializer_list>
#include <string>

#include "support/test.hpp"

namespace inr::test {

/// True where a folder of goldens holds all of these. The committed one does: what is missing there fails.
inline bool goldens_there(const std::string& folder, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (std::filesystem::exists(golden_dir() + "/" + folder + "/" + name)) continue;
    BOOST_REQUIRE_MESSAGE(golden_dir() != INR_DEFAULT_GOLDEN_DIR, "no " << name << " among the committed goldens");
    std::printf("skipped: no %s in %s/%s\n", name, golden_dir().c_str(), folder.c_str());
    return false;
  }
  return true;
}

/// file, tensor, error, and used = error / tolerance: at most 1 passes.
inline void print_golden(const std::string& file, const std::string& tensor, double error, double used) {
  std::printf("%-28s  %-40s  error %.1e  used %5.1f %%\n", file.c_str(), tensor.c_str(), error, 100 * used);
}

}  // namespace inr::test
