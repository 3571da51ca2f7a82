// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Does what is imported from a released model fit its own configuration?
#pragma once
#include <string_view>

#include "model/config.hpp"
#include "store/released_import.hpp"

namespace inr::model {

/// The configuration of a planned import, with its ranges and contradictions checked, and every tensor's name and shape
/// against it. Throws DataError naming where, the tensor and the shapes.
ModelConfig check_released(const store::ReleasedPlan& plan, std::string_view where);

}  // namespace inr::model
