// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// RUN/best.safetensors as a further name (a hard link) of the checkpoint with the best score: it takes no room of its
// own, and stays when inr-train --keep removes the checkpoint's first name, where a symbolic link would point nowhere.
#pragma once
#include <string>

namespace inr::runs {

/// Why RUN/best.safetensors is not this program's to replace, in a sentence: inr-train writes one itself
/// (--score-every), or a newer program has. Empty where it is. Only reads the head of the file.
std::string best_link_fault(const std::string& run);

/// The hash of the weights of RUN/best.safetensors, empty where there is none that is whole.
std::string best_model_hash(const std::string& run);

/// Makes checkpoint RUN/best.safetensors, at once and whole; where the file system has no hard links a copy. False
/// where the checkpoint has vanished: inr-train --keep was faster. Throws SystemError.
bool link_best(const std::string& run, const std::string& checkpoint);

/// A second name of a checkpoint while it is measured, so that inr-train --keep does not take it away. Ends with the
/// object.
class HeldCheckpoint {
 public:
  /// Throws SystemError (no second name and no copy can be made).
  HeldCheckpoint(std::string run, std::string checkpoint);
  ~HeldCheckpoint();
  HeldCheckpoint(const HeldCheckpoint&) = delete;
  HeldCheckpoint& operator=(const HeldCheckpoint&) = delete;
  /// False where the checkpoint has vanished under both names. (A trainer that is started removes the second one.)
  [[nodiscard]] bool held();
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// Makes it RUN/best.safetensors. Throws SystemError.
  void make_best();

 private:
  std::string run_, checkpoint_, path_;
};

}  // namespace inr::runs
