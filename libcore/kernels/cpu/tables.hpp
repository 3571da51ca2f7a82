// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The tables that the files of this folder define; constant-initialised.
#pragma once
#include "kernels/operations.hpp"

namespace inr::kernels::cpu {

extern const Operations kPortable, kPortableFma, kAvx2, kAvx512;

}  // namespace inr::kernels::cpu
