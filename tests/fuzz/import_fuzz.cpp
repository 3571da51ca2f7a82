// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// All that inr-import does with a file, of either form: what passes every check is hashed and written.
#include <memory>

#include "fuzz/fuzz.hpp"
#include "released/released_import.hpp"
#include "released/released_shapes.hpp"

using namespace inr;

void fuzz_bytes(std::span<const std::byte> bytes) {
  const released::ReleasedSource source =
      released::read_released(std::make_shared<const base::MemoryBytes>(bytes), "fuzz");
  const released::ReleasedPlan plan = released::plan_released(source);
  released::check_released(plan, source.where);
  if (released::hash_released(source).size() != 64) std::abort();
  released::write_released(plan, "/dev/null", {});
}
