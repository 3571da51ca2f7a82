// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What is inside a released model, for people.
#pragma once
#include <string>

#include "store/released_source.hpp"

namespace inr::store {

/// Lines of text: the snapshot's entries, modules with their classes, tensors with their shapes, constructor arguments
/// as JSON, sums.
std::string list_released(const ReleasedSource& source);

}  // namespace inr::store
