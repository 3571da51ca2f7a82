// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Outputs take the place of no input and not of each other.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace inr::metrics {

/// An option and the path given with it.
using NamedPath = std::pair<const char*, std::string>;

/// Empty paths are skipped. Throws UsageError where writing an output would replace an input, or a file of the
/// folder that an input is, where two outputs are one file, or an output is "-": results go to stdout alone.
void check_outputs(const std::vector<NamedPath>& outputs, const std::vector<NamedPath>& inputs);

}  // namespace inr::metrics
