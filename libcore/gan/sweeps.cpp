// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/sweeps.hpp"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace inr::gan {
namespace {

constexpr int64_t kChunk = 1 << 16;

/// Calls work(chunk, first, last) for the chunks of n numbers, in parallel.
template <typename Work>
void for_each_chunk(int64_t n, const Work& work) {
  at::parallel_for(0, (n + kChunk - 1) / kChunk, 1, [&](int64_t begin, int64_t end) {
    for (int64_t chunk = begin; chunk < end; ++chunk) work(chunk, chunk * kChunk, std::min(n, (chunk + 1) * kChunk));
  });
}

/// Whether the numbers of all tensors lie in the same order in this processor's memory.
bool walkable(std::initializer_list<const at::Tensor*> tensors) {
  return std::ranges::all_of(tensors, [&](const at::Tensor* t) {
    return t->device().is_cpu() && t->is_contiguous() && t->scalar_type() == (*tensors.begin())->scalar_type() &&
           (t->scalar_type() == at::kFloat || t->scalar_type() == at::kDouble);
  });
}

template <typename T>
void adam_chunk(const AdamSweep& adam, int64_t n, const T* __restrict g, T* __restrict m, T* __restrict v,
                T* __restrict p) {
  const T beta1 = static_cast<T>(adam.beta1);
  const T rest1 = static_cast<T>(1 - adam.beta1);
  const T beta2 = static_cast<T>(adam.beta2);
  const T rest2 = static_cast<T>(1 - adam.beta2);
  const T rate = static_cast<T>(adam.rate);
  const T root = static_cast<T>(adam.root);
  const T epsilon = static_cast<T>(adam.epsilon);
  const auto update = [&](int64_t i, T moment) {
    v[i] = beta2 * v[i] + rest2 * g[i] * g[i];
    p[i] -= rate * moment / (std::sqrt(v[i]) / root + epsilon);
  };
  if (adam.beta1 == 0) {
    for (int64_t i = 0; i < n; ++i) update(i, g[i]);
    return;
  }
  for (int64_t i = 0; i < n; ++i) {
    m[i] = beta1 * m[i] + rest1 * g[i];
    update(i, m[i]);
  }
}

/// Eight running sums, so that the compiler may keep them side by side.
template <typename T>
double squares_of_chunk(const T* x, int64_t n) {
  std::array<double, 8> sums{};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (size_t lane = 0; lane < 8; ++lane) {
      const auto value = static_cast<double>(x[i + static_cast<int64_t>(lane)]);
      sums[lane] += value * value;
    }
  }
  for (; i < n; ++i) sums[0] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  double sum = 0;
  for (const double s : sums) sum += s;
  return sum;
}

}  // namespace

void adam_sweep(const AdamSweep& adam, const at::Tensor& g, at::Tensor& m, at::Tensor& v, at::Tensor& p) {
  if (!walkable({&p, &g, &m, &v})) {
    if (adam.beta1 != 0) m.mul_(adam.beta1).add_(g, 1 - adam.beta1);
    v.mul_(adam.beta2).addcmul_(g, g, 1 - adam.beta2);
    p.addcdiv_(adam.beta1 != 0 ? m : g, at::sqrt(v).div_(adam.root).add_(adam.epsilon), -adam.rate);
    return;
  }
  AT_DISPATCH_FLOATING_TYPES(p.scalar_type(), "adam", [&] {
    const auto* gradient = g.const_data_ptr<scalar_t>();
    auto* first = m.data_ptr<scalar_t>();
    auto* second = v.data_ptr<scalar_t>();
    auto* values = p.data_ptr<scalar_t>();
    for_each_chunk(p.numel(), [&](int64_t, int64_t begin, int64_t end) {
      adam_chunk(adam, end - begin, gradient + begin, first + begin, second + begin, values + begin);
    });
  });
}

void average_sweep(double decay, const at::Tensor& p, at::Tensor& average) {
  if (!walkable({&p, &average})) {
    average.mul_(decay).add_(p, 1 - decay);
    return;
  }
  AT_DISPATCH_FLOATING_TYPES(p.scalar_type(), "average", [&] {
    const auto keep = static_cast<scalar_t>(decay);
    const auto take = static_cast<scalar_t>(1 - decay);
    const auto* from = p.const_data_ptr<scalar_t>();
    auto* to = average.data_ptr<scalar_t>();
    for_each_chunk(p.numel(), [&](int64_t, int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) to[i] = keep * to[i] + take * from[i];
    });
  });
}

double sum_of_squares(const at::Tensor& x) {
  const bool dense = x.is_non_overlapping_and_dense();  // in whatever order
  if (!x.device().is_cpu() || !dense || (x.scalar_type() != at::kFloat && x.scalar_type() != at::kDouble)) {
    return at::linalg_vector_norm(x, 2, {}, false, at::kDouble).square().item<double>();
  }
  std::vector<double> sums(static_cast<size_t>((x.numel() + kChunk - 1) / kChunk));
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "sum_of_squares", [&] {
    const auto* values = x.const_data_ptr<scalar_t>();
    for_each_chunk(x.numel(), [&](int64_t chunk, int64_t begin, int64_t end) {
      sums[static_cast<size_t>(chunk)] = squares_of_chunk(values + begin, end - begin);
    });
  });
  double sum = 0;
  for (const double s : sums) sum += s;
  return sum;
}

}  // namespace inr::gan
