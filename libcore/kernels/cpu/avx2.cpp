// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The operations for AVX2 and FMA. See body.hpp.
#include <cstdint>

#define INR_VECTOR_BYTES 32
namespace inr::kernels {
namespace {
constexpr int kRows = 4;     // of a strip, in registers at a time
constexpr int kVectors = 2;  // of a panel
}  // namespace
}  // namespace inr::kernels

#include "kernels/cpu/body.hpp"
#include "kernels/cpu/tables.hpp"

namespace inr::kernels::cpu {

const Operations kAvx2 = table("avx2");

}  // namespace inr::kernels::cpu
