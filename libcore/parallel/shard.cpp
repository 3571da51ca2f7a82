// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "parallel/shard.hpp"

#include <string>

#include "base/error.hpp"

namespace inr::parallel {
namespace {

bool fits(int64_t batch, int64_t size) { return size == 1 || batch % (kGroupSize * size) == 0; }

/// "1, 2 or 4 processes"
std::string sizes_that_work(int64_t batch) {
  std::string text = "1";
  std::string last;
  for (int64_t size = 2; size <= batch / kGroupSize; ++size) {
    if (!fits(batch, size)) continue;
    if (!last.empty()) text += ", " + last;
    last = std::to_string(size);
  }
  return last.empty() ? "1 process only" : text + " or " + last + " processes";
}

}  // namespace

std::vector<int64_t> images_of_rank(int64_t batch, int rank, int size) {
  if (batch < 1 || size < 1 || rank < 0 || rank >= size) {
    throw base::UsageError("no images for rank " + std::to_string(rank) + " of " + std::to_string(size) + " at batch " +
                           std::to_string(batch));
  }
  if (!fits(batch, size)) {
    throw base::UsageError("batch " + std::to_string(batch) + " cannot run on " + std::to_string(size) +
                           " processes: groups of 4 images stay together; it can run on " + sizes_that_work(batch));
  }
  std::vector<int64_t> images;
  if (size == 1) {
    for (int64_t n = 0; n < batch; ++n) images.push_back(n);
    return images;
  }
  const int64_t n_groups = batch / kGroupSize;
  const int64_t n_own = n_groups / size;
  for (int64_t member = 0; member < kGroupSize; ++member)
    for (int64_t group = 0; group < n_own; ++group) images.push_back(member * n_groups + rank * n_own + group);
  return images;
}

}  // namespace inr::parallel
