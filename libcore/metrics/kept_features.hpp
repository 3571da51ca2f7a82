// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Features of a whole side, for the scores that need them all at once (KID, precision and recall, inception score): in
// memory up to a bound, beyond it in a temporary file without a name, which goes with the process whatever becomes of
// it. Letters: N images, d features of one image.
#pragma once
#include <torch/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace inr::metrics {

/// Not safe for use by several threads at once.
class KeptFeatures {
 public:
  static constexpr int64_t kMaxMemoryBytes = int64_t{1} << 28;  // 32,768 images of 2,048 features

  explicit KeptFeatures(int64_t dims, int64_t max_memory_bytes = kMaxMemoryBytes);
  ~KeptFeatures();
  KeptFeatures(const KeptFeatures&) = delete;
  KeptFeatures& operator=(const KeptFeatures&) = delete;

  /// features [B, d], any floating type, B may be 0. Throws SystemError (the temporary folder, TMPDIR or /tmp, is full
  /// or cannot be written), std::logic_error after rows() and on another d.
  void add(const at::Tensor& features);
  [[nodiscard]] int64_t n_images() const noexcept { return n_images_; }
  /// All rows, float32 [N, d] on the CPU: a view of what is kept here, valid as long as this object, not to be written
  /// to. Throws SystemError where the file cannot be mapped.
  [[nodiscard]] at::Tensor rows();

 private:
  void spill();

  int64_t dims_, max_memory_bytes_, n_images_ = 0;
  std::vector<float> held_;  // empty once there is a file
  std::string folder_;
  int fd_ = -1;
  void* mapped_ = nullptr;
  size_t mapped_bytes_ = 0;
  bool read_ = false;
};

}  // namespace inr::metrics
