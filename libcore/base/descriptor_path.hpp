// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Names that stand for an open descriptor of this process rather than for a file: /dev/stdout, /dev/fd/3. Behind a
// redirection they look like the file it goes to, which is not theirs to replace.
#pragma once
#include <string>

namespace inr::base {

/// N where path names descriptor N of this process (/dev/stdout, /dev/fd/N, /proc/self/fd/N, or a link to one of them),
/// else -1. Whether it is open is not asked.
int descriptor_of(const std::string& path);

}  // namespace inr::base
