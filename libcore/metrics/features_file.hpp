// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Features on disk: .npz with features [N, d] in float32, and info (statistics_info.hpp). numpy.load reads it; any .npz
// with an array of that name and form is read here. Letters: N images, d features of one image.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <string>

#include "base/atomic_file.hpp"
#include "metrics/statistics_info.hpp"

namespace inr::metrics {

/// Writes rows as they come: N need not be known before, memory does not grow with it. The file appears whole at
/// commit() or not at all. Not for pipes: what stands before the rows is known last.
class FeaturesWriter {
 public:
  /// Throws SystemError (folder missing, no permission).
  FeaturesWriter(const std::string& path, int64_t dims);
  /// features [B, d], any floating type, B may be 0. Throws SystemError (disc full), DataError (another shape).
  void add(const at::Tensor& features);
  /// Throws SystemError, DataError (no rows).
  void commit(const StatisticsInfo& info);
  [[nodiscard]] int64_t n_images() const noexcept { return n_images_; }

 private:
  base::AtomicFile file_;
  int64_t dims_, n_images_ = 0;
  uint32_t rows_crc_ = 0;
};

struct FeaturesFile {
  at::Tensor features;  // float32 [N, d] on the CPU
  StatisticsInfo info;  // of a file of another program: empty
};

/// Throws SystemError (cannot read), DataError (no npz, cut short, no array features [N, d] with N and d at least 1, a
/// value that is not finite).
FeaturesFile load_features(const std::string& path);

}  // namespace inr::metrics
