// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Which instruction sets there are operations for, and which of them this machine runs. All but kPortable have fused
// multiply-adds and compute the same bits.
#pragma once
#include <vector>

#include "kernels/operations.hpp"

namespace inr::kernels {

enum class Processor { kPortable, kPortableFma, kAvx2, kAvx512 };

/// The best one that this machine runs.
Processor best_processor() noexcept;
/// All that this machine runs, from the plainest.
std::vector<Processor> usable_processors();
/// std::logic_error where it was not built (another architecture).
const Operations& operations(Processor processor);

}  // namespace inr::kernels
