// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Vectors of the width that the including file says. See body.hpp.
#pragma once
#include "kernels/operations.hpp"

namespace inr::kernels {
namespace {

#ifndef INR_VECTOR_BYTES
#error "the including file says how wide a vector is, and kRows, kVectors"
#endif

using Vector = float __attribute__((vector_size(INR_VECTOR_BYTES)));
using Loose = float __attribute__((vector_size(INR_VECTOR_BYTES), aligned(4), may_alias));
using Ints = int32_t __attribute__((vector_size(INR_VECTOR_BYTES)));

constexpr int kLanes = INR_VECTOR_BYTES / 4;
constexpr int kRegisterVectors = kRows * kVectors;  // that are summed at a time
constexpr int kPanelVectors = static_cast<int>(kPanel) / kLanes;
static_assert(kPanelVectors % kVectors == 0 && kStrip % kRows == 0);

inline Vector load(const float* p) { return *reinterpret_cast<const Loose*>(p); }
inline void store(float* p, Vector v) { *reinterpret_cast<Loose*>(p) = v; }
inline Vector broadcast(float x) { return Vector{} + x; }

inline Vector shuffled(Vector from, Ints index) {
#ifdef __clang__
  Vector out;
  for (int l = 0; l < kLanes; ++l) out[l] = from[index[l]];
  return out;
#else
  return __builtin_shuffle(from, index);
#endif
}

}  // namespace
}  // namespace inr::kernels
