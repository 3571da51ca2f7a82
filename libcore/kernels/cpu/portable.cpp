// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The operations for the processor's base instruction set (SSE2 on x86-64); also what other architectures run. See
// body.hpp.
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

const Operations kPortable = table("portable");

}  // namespace inr::kernels::cpu
