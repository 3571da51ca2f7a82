// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The operations for vectors of the base instruction set, with fused multiply-adds: what the wider ones compute, to the
// bit, on a processor that has FMA and not AVX2; and the proof that their bytes do not come from the width of their
// vectors. See body.hpp.
#include <cstdint>

#define INR_VECTOR_BYTES 16
namespace inr::kernels {
namespace {
constexpr int kRows = 4;     // of a strip, in registers at a time
constexpr int kVectors = 2;  // of a panel
}  // namespace
}  // namespace inr::kernels

#include "kernels/cpu/body.hpp"
#include "kernels/cpu/tables.hpp"

namespace inr::kernels::cpu {

const Operations kPortableFma = table("portable-fma");

}  // namespace inr::kernels::cpu
