// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Szegedy et al., "Rethinking the Inception Architecture for Computer Vision" (2016), as released by TensorFlow in
// December 2015: 1008 classes, no auxiliary classifier.
#include "metrics/inception_v3_layers.hpp"

#include <utility>

namespace inr::metrics {
namespace {

// Collects the layers of one block after the other.
class Layers {
 public:
  // Square kernels and those of one row (1 x n) or one column (n x 1): stride 1, padded where they are larger than 1.
  void same(const std::string& name, int64_t in, int64_t out, int64_t height, int64_t width) {
    layers_.push_back({block_ + name, in, out, height, width, 1, height * width > 1});
  }
  void same(const std::string& name, int64_t in, int64_t out, int64_t side = 1) { same(name, in, out, side, side); }
  // 3 x 3 without padding: the picture gets smaller.
  void shrink(const std::string& name, int64_t in, int64_t out, int64_t stride) {
    layers_.push_back({block_ + name, in, out, 3, 3, stride, false});
  }
  void begin(const std::string& block) { block_ = block + "."; }
  std::vector<InceptionLayer> take() { return std::move(layers_); }

 private:
  std::string block_;
  std::vector<InceptionLayer> layers_;
};

void block_35(Layers& layers, const std::string& name, int64_t in, int64_t pooled) {
  layers.begin(name);
  layers.same("branch1x1", in, 64);
  layers.same("branch5x5_1", in, 48);
  layers.same("branch5x5_2", 48, 64, 5);
  layers.same("branch3x3dbl_1", in, 64);
  layers.same("branch3x3dbl_2", 64, 96, 3);
  layers.same("branch3x3dbl_3", 96, 96, 3);
  layers.same("branch_pool", in, pooled);
}

void block_17(Layers& layers, const std::string& name, int64_t mid) {
  layers.begin(name);
  layers.same("branch1x1", 768, 192);
  layers.same("branch7x7_1", 768, mid);
  layers.same("branch7x7_2", mid, mid, 1, 7);
  layers.same("branch7x7_3", mid, 192, 7, 1);
  layers.same("branch7x7dbl_1", 768, mid);
  layers.same("branch7x7dbl_2", mid, mid, 7, 1);
  layers.same("branch7x7dbl_3", mid, mid, 1, 7);
  layers.same("branch7x7dbl_4", mid, mid, 7, 1);
  layers.same("branch7x7dbl_5", mid, 192, 1, 7);
  layers.same("branch_pool", 768, 192);
}

void block_8(Layers& layers, const std::string& name, int64_t in) {
  layers.begin(name);
  layers.same("branch1x1", in, 320);
  layers.same("branch3x3_1", in, 384);
  layers.same("branch3x3_2a", 384, 384, 1, 3);
  layers.same("branch3x3_2b", 384, 384, 3, 1);
  layers.same("branch3x3dbl_1", in, 448);
  layers.same("branch3x3dbl_2", 448, 384, 3);
  layers.same("branch3x3dbl_3a", 384, 384, 1, 3);
  layers.same("branch3x3dbl_3b", 384, 384, 3, 1);
  layers.same("branch_pool", in, 192);
}

}  // namespace

std::vector<InceptionLayer> inception_layers() {
  Layers layers;
  layers.shrink("Conv2d_1a_3x3", 3, 32, 2);
  layers.shrink("Conv2d_2a_3x3", 32, 32, 1);
  layers.same("Conv2d_2b_3x3", 32, 64, 3);
  layers.same("Conv2d_3b_1x1", 64, 80);
  layers.shrink("Conv2d_4a_3x3", 80, 192, 1);
  block_35(layers, "Mixed_5b", 192, 32);
  block_35(layers, "Mixed_5c", 256, 64);
  block_35(layers, "Mixed_5d", 288, 64);
  layers.begin("Mixed_6a");
  layers.shrink("branch3x3", 288, 384, 2);
  layers.same("branch3x3dbl_1", 288, 64);
  layers.same("branch3x3dbl_2", 64, 96, 3);
  layers.shrink("branch3x3dbl_3", 96, 96, 2);
  block_17(layers, "Mixed_6b", 128);
  block_17(layers, "Mixed_6c", 160);
  block_17(layers, "Mixed_6d", 160);
  block_17(layers, "Mixed_6e", 192);
  layers.begin("Mixed_7a");
  layers.same("branch3x3_1", 768, 192);
  layers.shrink("branch3x3_2", 192, 320, 2);
  layers.same("branch7x7x3_1", 768, 192);
  layers.same("branch7x7x3_2", 192, 192, 1, 7);
  layers.same("branch7x7x3_3", 192, 192, 7, 1);
  layers.shrink("branch7x7x3_4", 192, 192, 2);
  block_8(layers, "Mixed_7b", 1280);
  block_8(layers, "Mixed_7c", 2048);
  return layers.take();
}

}  // namespace inr::metrics
