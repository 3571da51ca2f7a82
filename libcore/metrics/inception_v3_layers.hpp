// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The 94 convolutions of the Inception v3 that FID is defined by, in the order of the published state dict
// (pt_inception-2015-12-05-6726825d.pth), under its names.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace inr::metrics {

/// NAME.conv.weight [out, in, height, width] and NAME.bn.{weight,bias,running_mean,running_var} [out].
struct InceptionLayer {
  std::string name;  // "Mixed_5b.branch1x1"
  int64_t in = 0, out = 0;
  int64_t height = 1, width = 1;  // of the kernel
  int64_t stride = 1;
  bool padded = false;  // by half a kernel, so that the size stays

  [[nodiscard]] std::vector<int64_t> shape() const { return {out, in, height, width}; }
};

std::vector<InceptionLayer> inception_layers();

inline constexpr int64_t kInceptionFeatures = 2048, kInceptionClasses = 1008;

}  // namespace inr::metrics
