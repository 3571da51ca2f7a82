// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The weights of one axis of a resize, computed once a pass. Internal to this folder.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "image/resample.hpp"

namespace inr::image {

/// Output sample i is the sum of weights of(i) over input samples first[i], first[i] + 1, ...
template <typename Weight>
struct Taps {
  std::vector<size_t> first;    // [n_out]
  std::vector<size_t> count;    // [n_out], each >= 1, first + count <= n_in
  size_t stride = 0;            // room for the weights of one output sample
  std::vector<Weight> weights;  // [n_out, stride]

  [[nodiscard]] std::span<const Weight> of(size_t i) const noexcept { return {weights.data() + i * stride, count[i]}; }
};

/// n_in, n_out >= 1. Every row of weights sums to 1.
Taps<double> make_taps(int64_t n_in, int64_t n_out, Filter filter);

/// Times 2^22, rounded half away from zero. Every partial sum over 8-bit samples, with the rounding term, fits int32:
/// the absolute weights of the widest filter sum to less than 2.
Taps<int32_t> fixed_taps(const Taps<double>& taps);

}  // namespace inr::image
