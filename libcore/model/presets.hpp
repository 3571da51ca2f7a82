// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Named configurations (model.md, section 4). A preset is only a named set of configuration values.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "model/config.hpp"

namespace inr::model {

struct Preset {
  std::string name;
  std::string summary;  // one line, where it comes from
  Config config;
};

const std::vector<Preset>& presets();
/// Throws UsageError listing the names, the nearest first.
const Preset& find_preset(std::string_view name);

}  // namespace inr::model
