// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The best rate of matrix products that this machine shows on blocks that fit the cache: what time is measured against.
#pragma once
#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>

#include "base/worker_pool.hpp"
#include "kernels/buffer.hpp"
#include "kernels/processor.hpp"

namespace inr::bench {

/// Multiply-adds a second of all threads together, each with its own tile, the library at one thread: the better of
/// LibTorch's product and our own kernel.
inline double product_rate(base::WorkerPool& pool) {
  constexpr int64_t kPoints = 512;
  constexpr int64_t kWidth = 512;
  constexpr int64_t kProducts = 20;
  using Clock = std::chrono::steady_clock;
  const auto rate = [&](const auto& work) {
    double best = 0;
    for (int round = 0; round < 3; ++round) {
      const auto start = Clock::now();
      pool.run(pool.size(), work);
      const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
      best = std::max(best, static_cast<double>(pool.size() * kProducts * kPoints * kWidth * kWidth) / seconds);
    }
    return best;
  };
  const double library = rate([](int64_t) {
    const at::Tensor x = at::ones({kPoints, kWidth});
    const at::Tensor w = at::ones({kWidth, kWidth});
    at::Tensor y = at::empty({kPoints, kWidth});
    for (int64_t j = 0; j < kProducts; ++j) at::mm_out(y, x, w);
  });
  const double own = rate([](int64_t) {
    kernels::Buffer strips(kWidth * kWidth);
    kernels::Buffer from(kPoints * kWidth);
    kernels::Buffer to(kPoints * kWidth);
    kernels::LayerJob job;
    job.parts[job.n_parts++] = {strips.data(), from.data(), kWidth, kWidth * kernels::kStrip, kWidth * kernels::kPanel};
    job.rows = kWidth;
    job.panels = kPoints / kernels::kPanel;
    job.out = to.data();
    job.out_channel_stride = kernels::kPanel;
    job.out_panel_stride = kWidth * kernels::kPanel;
    for (int64_t j = 0; j < kProducts; ++j) kernels::operations(kernels::best_processor()).layer(job);
  });
  return std::max(library, own);
}

}  // namespace inr::bench
