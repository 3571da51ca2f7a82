// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Which libraries read and write pictures, for the notes that a dataset keeps of how it was made.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace inr::image {

/// (library, version) of what the program runs with: ("libpng", "1.6.39"), ("libjpeg-turbo", ...), ("libwebp", ...).
std::vector<std::pair<std::string, std::string>> library_versions();

}  // namespace inr::image
