// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// How work is shared out: whoever draws or samples says by whom, and no bit depends on it.
#pragma once
#include <cstdint>
#include <functional>

namespace inr::base {
class WorkerPool;
}

namespace inr::render {

/// Calls work(0) .. work(n - 1), each once, in any order, in one thread or several, and returns when all are done.
using ForEach = std::function<void(int64_t n, const std::function<void(int64_t)>& work)>;

/// In order, in the calling thread.
void in_this_thread(int64_t n, const std::function<void(int64_t)>& work);
/// By the threads of a pool, which must outlive what is returned.
ForEach by_threads(base::WorkerPool& pool);

/// work(0) .. work(n - 1) in pieces of so many calls: for work too small to be handed out one by one.
void for_pieces(const ForEach& for_each, int64_t n, int64_t piece, const std::function<void(int64_t)>& work);

}  // namespace inr::render
