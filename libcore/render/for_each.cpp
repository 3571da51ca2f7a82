// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "render/for_each.hpp"

#include <algorithm>

#include "base/worker_pool.hpp"

namespace inr::render {

void in_this_thread(int64_t n, const std::function<void(int64_t)>& work) {
  for (int64_t i = 0; i < n; ++i) work(i);
}

ForEach by_threads(base::WorkerPool& pool) {
  return [&pool](int64_t n, const std::function<void(int64_t)>& work) { pool.run(n, work); };
}

void for_pieces(const ForEach& for_each, int64_t n, int64_t piece, const std::function<void(int64_t)>& work) {
  for_each((n + piece - 1) / piece, [&](int64_t i) {
    for (int64_t j = i * piece; j < std::min(n, (i + 1) * piece); ++j) work(j);
  });
}

}  // namespace inr::render
