// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// All that inr-import does with a file, of either form: what passes every check is hashed and written.
#include <memory>

#include "fuzz/fuzz.hpp"
#include "model/released_shapes.hpp"
#include "store/released_import.hpp"

using namespace inr;

void fuzz_bytes(std::span<const std::byte> bytes) {
  const store::ReleasedSource source = store::read_released(std::make_shared<const base::MemoryBytes>(bytes), "fuzz");
  const store::ReleasedPlan plan = store::plan_released(source);
  model::check_released(plan, source.where);
  if (store::hash_released(source).size() != 64) std::abort();
  store::write_released(plan, "/dev/null", {});
}
