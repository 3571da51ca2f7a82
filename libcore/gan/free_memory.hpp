// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Memory that the allocator holds for later use, given back between two phases that need it in other sizes: the D
// step's many tensors of some MiB leave holes that the G step's few large ones cannot use.
#pragma once

namespace inr::gan {

/// Gives free memory back to the system where there is a lot of it (256 MiB); small models never wait for it. Nothing
/// where the C library has no such call.
void release_free_memory() noexcept;

}  // namespace inr::gan
