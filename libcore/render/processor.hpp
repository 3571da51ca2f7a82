// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Which kernels a program computes with: the best ones that its processor runs, or those that INR_PROCESSOR names
// (portable, portable-fma, avx2, avx512). All but portable give the same bytes.
#pragma once
namespace inr::kernels {
struct Operations;
}

namespace inr::render {

/// Decided by the first call, for the whole program. Throws UsageError where INR_PROCESSOR names none that this
/// processor runs: a program whose first use comes late calls this at its start. From any thread.
const kernels::Operations& chosen_operations();

}  // namespace inr::render
