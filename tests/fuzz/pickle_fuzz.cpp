// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Hostile released models of either form: reading, listing and planning end with a result or one DataError, in bounded
// time and memory.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "released/released_import.hpp"
#include "released/released_list.hpp"

using namespace inr;

namespace {

// A tensor's first and last values, through the same door as the importer's.
void touch(const released::ReleasedTensor& tensor) {
  std::vector<float> values(static_cast<size_t>(std::min<int64_t>(tensor.numel, 64)));
  tensor.read(0, values);
  tensor.read(tensor.numel - static_cast<int64_t>(values.size()), values);
}

}  // namespace

void fuzz_bytes(std::span<const std::byte> bytes) {
  const released::ReleasedSource source =
      released::read_released(std::make_shared<const base::MemoryBytes>(bytes), "fuzz");
  for (const auto& [name, tensor] : source.tensors) touch(tensor);
  size_t n_listed = 0;
  released::list_released(source, [&](std::string_view lines) { n_listed += lines.size(); });
  // What is printed of a file is no more than a few times the file, but for the arguments' share.
  if (n_listed == 0 || n_listed > 16 * (bytes.size() + 6 * released::kMaxArgumentBytes)) std::abort();
  const released::ReleasedPlan plan = released::plan_released(source);
  for (const released::ReleasedOutput& tensor : plan.tensors)
    for (const released::ReleasedOutput::Part& part : tensor.parts) touch(*part.tensor);
}
