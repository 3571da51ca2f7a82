// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What is inside a released model, for people.
#pragma once
#include <functional>
#include <string_view>

#include "released/released_source.hpp"

namespace inr::released {

/// Lines of text: the snapshot's entries, modules with their classes, tensors with their shapes, constructor arguments
/// as ASCII JSON, sums. sink is given one or several lines at a time; nothing in them controls a terminal.
void list_released(const ReleasedSource& source, const std::function<void(std::string_view)>& sink);

}  // namespace inr::released
