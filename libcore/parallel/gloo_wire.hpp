// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Transfers between processors: c10d's Gloo, a ring of TCP connections whose order of additions depends on rank and
// size alone.
#pragma once
#include <memory>
#include <string>

#include "parallel/launch.hpp"
#include "parallel/meeting.hpp"
#include "parallel/waiter.hpp"
#include "parallel/wire.hpp"

namespace inr::parallel {

/// Connects all ranks with each other. address: of this machine, where the others reach it. The waiter outlives the
/// wire. Throws as Waiter::fail() does.
std::unique_ptr<Wire> open_gloo_wire(const GroupStore& store, const Launch& launch, const std::string& address,
                                     Waiter& waiter);

}  // namespace inr::parallel
