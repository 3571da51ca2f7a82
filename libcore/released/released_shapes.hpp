// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Does what is imported from a released model fit its own configuration?
#pragma once
#include <string_view>

#include "model/config.hpp"
#include "released/released_import.hpp"

namespace inr::released {

/// The configuration of a planned import, with its ranges and contradictions checked, and every tensor's name and shape
/// against it. Throws DataError naming where, the tensor and the shapes.
model::ModelConfig check_released(const ReleasedPlan& plan, std::string_view where);

}  // namespace inr::released
