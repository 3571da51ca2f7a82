// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// RUN/best.safetensors as a further name (a hard link) of the checkpoint with the best score: it takes no room of its
// own, and stays when inr-train --keep removes the checkpoint's first name, where a symbolic link would point nowhere.
#pragma once
#include <string>

namespace inr::metrics {

/// Why RUN/best.safetensors is not this program's to replace, in a sentence: inr-train writes one itself
/// (--score-every). Empty where it is. Only reads the head of the file.
std::string best_link_fault(const std::string& run);

/// Makes checkpoint RUN/best.safetensors, at once and whole; where the file system has no hard links a copy. False
/// where the checkpoint has vanished: inr-train --keep was faster. Throws SystemError.
bool link_best(const std::string& run, const std::string& checkpoint);

}  // namespace inr::metrics
