// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The windows of a film from one window to another: sizes change at a geometric pace, so that the zoom looks steady,
// and the one point that lies at the same place in both windows stays there throughout.
#pragma once
#include <cstdint>

#include "model/grid.hpp"

namespace inr::draw {

/// Window of frame i of n (0 <= i < n): exactly from at i = 0 (also for n = 1), exactly to at i = n - 1. Each axis by
/// itself; where both windows have one size, it pans at a steady pace.
model::Window zoom_window(const model::Window& from, const model::Window& to, int64_t i, int64_t n);

}  // namespace inr::draw
