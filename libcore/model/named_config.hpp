// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A configuration together with the name under which a user asked for it.
#pragma once
#include <string>

#include "model/config.hpp"

namespace inr::model {

struct NamedConfig {
  std::string name;  // as given; for a run folder, the path of its checkpoint
  Config config;
};

}  // namespace inr::model
