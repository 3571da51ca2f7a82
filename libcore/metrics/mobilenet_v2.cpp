// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The forward pass of MobileNetV2, one picture in, 1280 features out.
#include "metrics/mobilenet_v2.hpp"

#include <array>
#include <utility>

#include "base/error.hpp"

namespace inr::metrics {
namespace {

constexpr int64_t kFeatures = 1280, kClasses = 1001, kFirstWidth = 32;

struct BlockShape {
  int64_t out, stride;
};
// Blocks 1..17; the expansion is 6 except in block 1, which has none.
constexpr std::array<BlockShape, 17> kBlocks = {{{16, 1},
                                                 {24, 2},
                                                 {24, 1},
                                                 {32, 2},
                                                 {32, 1},
                                                 {32, 1},
                                                 {64, 2},
                                                 {64, 1},
                                                 {64, 1},
                                                 {64, 1},
                                                 {96, 1},
                                                 {96, 1},
                                                 {96, 1},
                                                 {160, 2},
                                                 {160, 1},
                                                 {160, 1},
                                                 {320, 1}}};

at::Tensor read_tensor(const base::Safetensors& file, const std::string& name, const std::vector<int64_t>& shape) {
  const std::vector<float> values = file.read_f32(name, shape);
  return at::tensor(at::ArrayRef<float>(values), at::kFloat).view(shape);
}

}  // namespace

bool MobileNetV2::recognises(const base::Safetensors& file) {
  const base::TensorInfo* first = file.find("conv_first.weight");
  const base::TensorInfo* last = file.find("conv_last.weight");
  return first != nullptr && last != nullptr && file.find("block17.project.weight") != nullptr &&
         first->shape == std::vector<int64_t>{kFirstWidth, 3, 3, 3} &&
         last->shape == std::vector<int64_t>{kFeatures, kBlocks.back().out, 1, 1};
}

MobileNetV2::MobileNetV2(const base::Safetensors& file, std::string hash) : hash_(std::move(hash)) {
  const auto conv = [&file](const std::string& name, int64_t out, int64_t in, int64_t kernel, int64_t stride) {
    const bool depthwise = kernel > 1 && in == out;
    Conv made;
    made.weight = read_tensor(file, name + ".weight", {out, depthwise ? 1 : in, kernel, kernel});
    made.bias = read_tensor(file, name + ".bias", {out});
    made.stride = stride;
    made.groups = depthwise ? out : 1;
    return made;
  };
  first_ = conv("conv_first", kFirstWidth, 3, 3, 2);
  int64_t in = kFirstWidth;
  for (size_t i = 0; i < kBlocks.size(); ++i) {
    const std::string prefix = "block" + std::to_string(i + 1) + ".";
    const int64_t width = i == 0 ? in : 6 * in;
    Block block;
    if (i > 0) block.expand = conv(prefix + "expand", width, in, 1, 1);
    block.depthwise = conv(prefix + "depthwise", width, width, 3, kBlocks[i].stride);
    block.project = conv(prefix + "project", kBlocks[i].out, width, 1, 1);
    block.residual = kBlocks[i].stride == 1 && kBlocks[i].out == in;
    blocks_.push_back(std::move(block));
    in = kBlocks[i].out;
  }
  last_ = conv("conv_last", kFeatures, in, 1, 1);
  if (file.find("classifier.weight") != nullptr) classifier_ = conv("classifier", kClasses, kFeatures, 1, 1);
}

std::string MobileNetV2::note() const {
  return "compares only with scores by the same network and the same numbers of images, not with published FIDs";
}

at::Tensor MobileNetV2::Conv::operator()(const at::Tensor& x) const {
  const int64_t side = weight.size(2);
  if (side == 1) return at::conv2d(x, weight, bias);
  if (stride == 1) return at::conv2d(x, weight, bias, 1, at::IntArrayRef(side / 2), 1, groups);
  // SAME padding: the even sides of 224 and its halves need one row and column at the far ends only.
  return at::conv2d(at::constant_pad_nd(x, {0, 1, 0, 1}), weight, bias, stride, at::IntArrayRef(0), 1, groups);
}

at::Tensor MobileNetV2::prepare(const image::Image& picture) const { return prepare_bicubic_224(picture); }

at::Tensor MobileNetV2::forward(const at::Tensor& batch) const {
  const at::InferenceMode no_gradients;
  at::Tensor x = at::relu6(first_(normalise_symmetric(batch)));  // [N, 32, 112, 112]
  for (const Block& block : blocks_) {
    at::Tensor y = block.expand.weight.defined() ? at::relu6(block.expand(x)) : x;
    y = block.project(at::relu6(block.depthwise(y)));
    x = block.residual ? x + y : y;
  }
  return at::relu6(last_(x)).mean({2, 3});  // [N, 1280, 7, 7] -> [N, 1280]
}

at::Tensor MobileNetV2::logits(const at::Tensor& features) const {
  if (!has_logits()) throw base::UsageError("this MobileNetV2 file has no classifier; give one with classifier.weight");
  const at::InferenceMode no_gradients;
  return at::linear(features, classifier_.weight.view({kClasses, kFeatures}));
}

at::Tensor MobileNetV2::biased_logits(const at::Tensor& features) const { return logits(features) + classifier_.bias; }

}  // namespace inr::metrics
