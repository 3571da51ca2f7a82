// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A worker pool whose pieces use LibTorch: single-threaded and without gradients inside each piece. A product's bits
// depend on the shape of the call and on its threads, so parallelism is over pieces and never inside one (render.md,
// "Same bytes").
#pragma once
#include <c10/core/InferenceMode.h>

#include "base/worker_pool.hpp"
#include "field/thread_count.hpp"

namespace inr::field {

/// While it lives, the calling thread's LibTorch is single-threaded between pieces too, so that what is computed beside
/// them has the same bits for any number of threads.
class TorchPool : private ThreadCountGuard, public base::WorkerPool {
 public:
  explicit TorchPool(int n_threads = 0)
      : ThreadCountGuard(1), base::WorkerPool(n_threads, [](const std::function<void()>& share) {
          const ThreadCountGuard one(1);
          const c10::InferenceMode no_gradients;
          share();
        }) {}
};

}  // namespace inr::field
