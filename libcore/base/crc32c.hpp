// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), as iSCSI and ext4 use it. The SSE4.2 instruction where the
// processor has it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace inr::base {

/// Checksum of data; pass the previous result as seed to continue over several pieces. crc32c("123456789") =
/// 0xE3069283.
uint32_t crc32c(std::span<const std::byte> data, uint32_t seed = 0) noexcept;

/// The table-driven twin, for tests and machines without the instruction.
uint32_t crc32c_portable(std::span<const std::byte> data, uint32_t seed = 0) noexcept;

}  // namespace inr::base
