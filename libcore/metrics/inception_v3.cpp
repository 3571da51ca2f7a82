// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Reading the weights and the forward pass. Activations lie with their channels innermost (channels_last), which the
// convolutions of CPUs like best: a third faster than planes.
#include "metrics/inception_v3.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "metrics/inception_v3_layers.hpp"

namespace inr::metrics {
namespace {

constexpr double kEpsilon = 0.001;  // of every batch norm
constexpr const char* kWayOut = "make the file with examples/inception/convert.py from one of the published ones";

std::vector<float> read_values(const base::Safetensors& file, const std::string& name,
                               const std::vector<int64_t>& shape) {
  const auto fail = [&](base::Fault fault, const std::string& text) {
    return base::DataError(fault, base::printable(file.where()), "tensor '" + name + "' " + text, kWayOut);
  };
  const base::TensorInfo* tensor = file.find(name);
  if (tensor == nullptr) throw fail(base::Fault::kForeign, "is missing");
  if (tensor->shape != shape) {
    throw fail(base::Fault::kForeign, "has shape " + base::printable(base::shape_text(tensor->shape)) + " where " +
                                          base::shape_text(shape) + " is expected");
  }
  if (tensor->dtype != base::Dtype::kF32) {
    throw fail(base::Fault::kUnsupported,
               "is " + std::string(base::dtype_name(tensor->dtype)) + "; rounded weights would give another score");
  }
  std::vector<float> values = file.read_f32(name);
  if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) {
    throw fail(base::Fault::kDamaged, "holds values that are not finite");
  }
  return values;
}

at::Tensor to_tensor(const std::vector<float>& values, const std::vector<int64_t>& shape) {
  at::Tensor out = at::empty(shape, at::kFloat);
  std::ranges::copy(values, out.mutable_data_ptr<float>());
  return out;
}

// bn(conv(x)) as one convolution with a bias.
InceptionV3::Conv folded(const base::Safetensors& file, const InceptionLayer& layer) {
  const std::string bn = layer.name + ".bn.";
  std::vector<float> weight = read_values(file, layer.name + ".conv.weight", layer.shape());
  const std::vector<float> gain = read_values(file, bn + "weight", {layer.out}),
                           mean = read_values(file, bn + "running_mean", {layer.out}),
                           variance = read_values(file, bn + "running_var", {layer.out});
  std::vector<float> bias = read_values(file, bn + "bias", {layer.out});
  const size_t n_taps = weight.size() / bias.size();
  for (size_t c = 0; c < bias.size(); ++c) {
    if (!(static_cast<double>(variance[c]) > -kEpsilon)) {
      throw base::DataError(base::Fault::kDamaged, base::printable(file.where()),
                            "tensor '" + bn + "running_var' holds a negative variance", kWayOut);
    }
    const double scale = static_cast<double>(gain[c]) / std::sqrt(static_cast<double>(variance[c]) + kEpsilon);
    for (size_t t = 0; t < n_taps; ++t) {
      float& tap = weight[c * n_taps + t];
      tap = static_cast<float>(static_cast<double>(tap) * scale);
    }
    bias[c] = static_cast<float>(static_cast<double>(bias[c]) - static_cast<double>(mean[c]) * scale);
  }
  return {to_tensor(weight, layer.shape()).contiguous(at::MemoryFormat::ChannelsLast), to_tensor(bias, {layer.out}),
          layer.stride, layer.padded};
}

// Every tensor of the file belongs to this network.
void refuse_foreign(const base::Safetensors& file, const std::vector<InceptionLayer>& layers) {
  std::set<std::string, std::less<>> known = {"fc.weight", "fc.bias"};
  for (const InceptionLayer& layer : layers) {
    known.insert(layer.name + ".conv.weight");
    for (const char* name : {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"}) {
      known.insert(layer.name + ".bn." + name);
    }
  }
  for (const base::TensorInfo& tensor : file.tensors()) {
    if (known.contains(tensor.name)) continue;
    throw base::DataError(base::Fault::kForeign, base::printable(file.where()),
                          "tensor '" + base::printable(tensor.name) + "' is not of the Inception v3 of FID", kWayOut);
  }
}

at::Tensor max_pool(const at::Tensor& x) { return at::max_pool2d(x, {3, 3}, {2, 2}); }
at::Tensor spatial_mean(const at::Tensor& x) { return x.mean({2, 3}); }

// The convolutions of one block by their short names, each with its ReLU.
class Block {
 public:
  Block(const InceptionV3::Convolutions& layers, std::string name) : layers_(layers), name_(std::move(name)) {}

  // One convolution after the other.
  at::Tensor operator()(at::Tensor x, std::initializer_list<const char*> names) const {
    for (const char* name : names) x = apply(x, layers_.find(name_ + name)->second);
    return x;
  }
  at::Tensor operator()(const at::Tensor& x, const char* name) const { return (*this)(x, {name}); }

 private:
  static at::Tensor apply(const at::Tensor& x, const InceptionV3::Conv& conv) {
    const int64_t pad_y = conv.padded ? conv.weight.size(2) / 2 : 0, pad_x = conv.padded ? conv.weight.size(3) / 2 : 0;
    return at::conv2d(x, conv.weight, conv.bias, {conv.stride, conv.stride}, {pad_y, pad_x}).relu_();
  }
  const InceptionV3::Convolutions& layers_;
  std::string name_;
};

at::Tensor block_35(const Block& block, const at::Tensor& x) {  // 35 x 35 pixels, as 17 and 8 below
  return at::cat({block(x, "branch1x1"), block(x, {"branch5x5_1", "branch5x5_2"}),
                  block(x, {"branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"}),
                  block(at::avg_pool2d(x, {3, 3}, {1, 1}, {1, 1}, false, false), "branch_pool")},
                 1);
}

at::Tensor block_17(const Block& block, const at::Tensor& x) {
  return at::cat({block(x, "branch1x1"), block(x, {"branch7x7_1", "branch7x7_2", "branch7x7_3"}),
                  block(x, {"branch7x7dbl_1", "branch7x7dbl_2", "branch7x7dbl_3", "branch7x7dbl_4", "branch7x7dbl_5"}),
                  block(at::avg_pool2d(x, {3, 3}, {1, 1}, {1, 1}, false, false), "branch_pool")},
                 1);
}

at::Tensor block_8(const Block& block, const at::Tensor& x, const at::Tensor& pooled) {
  const at::Tensor single = block(x, "branch3x3_1"), twice = block(x, {"branch3x3dbl_1", "branch3x3dbl_2"});
  return at::cat({block(x, "branch1x1"), block(single, "branch3x3_2a"), block(single, "branch3x3_2b"),
                  block(twice, "branch3x3dbl_3a"), block(twice, "branch3x3dbl_3b"), block(pooled, "branch_pool")},
                 1);
}

}  // namespace

bool InceptionV3::recognises(const base::Safetensors& file) {
  return std::ranges::any_of(file.tensors(), [](const base::TensorInfo& tensor) {
    return tensor.name.starts_with("Conv2d_1a_3x3.") || tensor.name.starts_with("Mixed_5b.branch1x1.");
  });
}

InceptionV3::InceptionV3(const base::Safetensors& file, std::string hash, InceptionProtocol protocol)
    : hash_(std::move(hash)), protocol_(protocol) {
  const std::vector<InceptionLayer> layers = inception_layers();
  refuse_foreign(file, layers);
  for (const InceptionLayer& layer : layers) layers_.emplace(layer.name, folded(file, layer));
  const std::vector<int64_t> shape = {kInceptionClasses, kInceptionFeatures};
  fc_weight_ = to_tensor(read_values(file, "fc.weight", shape), shape);
  fc_bias_ = to_tensor(read_values(file, "fc.bias", {kInceptionClasses}), {kInceptionClasses});
}

std::string InceptionV3::note() const {
  return "compares with FIDs of protocol " + protocol() +
         " by the same weights, with the same numbers of images and the same real ones";
}

int64_t InceptionV3::dims() const { return kInceptionFeatures; }

at::Tensor InceptionV3::prepare(const image::Image& picture) const {
  const std::vector<float> values = inception_input(picture, protocol_);
  // A view with its channels innermost in memory: whoever stacks it copies it anyway.
  return to_tensor(values, {kInceptionSide, kInceptionSide, 3}).permute({2, 0, 1});
}

at::Tensor InceptionV3::forward(const at::Tensor& batch) const { return run(batch, nullptr); }

InceptionV3::Taps InceptionV3::forward_taps(const at::Tensor& batch) const {
  Taps taps;
  taps.features = run(batch, &taps);
  return taps;
}

at::Tensor InceptionV3::run(const at::Tensor& batch, Taps* taps) const {
  const at::InferenceMode no_gradients;
  const auto block = [this](const char* name) { return Block(layers_, std::string(name) + "."); };
  const Block stem(layers_, "");
  at::Tensor x = batch.contiguous(at::MemoryFormat::ChannelsLast);             // [N, 3, 299, 299]
  x = max_pool(stem(x, {"Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3"}));  // [N, 64, 73, 73]
  if (taps != nullptr) taps->pool_1 = spatial_mean(x);
  x = max_pool(stem(x, {"Conv2d_3b_1x1", "Conv2d_4a_3x3"}));  // [N, 192, 35, 35]
  if (taps != nullptr) taps->pool_2 = spatial_mean(x);
  for (const char* name : {"Mixed_5b", "Mixed_5c", "Mixed_5d"}) x = block_35(block(name), x);  // [N, 288, 35, 35]
  const Block halve = block("Mixed_6a");
  x = at::cat({halve(x, "branch3x3"), halve(x, {"branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"}), max_pool(x)},
              1);
  for (const char* name : {"Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"}) x = block_17(block(name), x);
  if (taps != nullptr) taps->mixed_6e = spatial_mean(x);  // of [N, 768, 17, 17]
  const Block quarter = block("Mixed_7a");
  x = at::cat({quarter(x, {"branch3x3_1", "branch3x3_2"}),
               quarter(x, {"branch7x7x3_1", "branch7x7x3_2", "branch7x7x3_3", "branch7x7x3_4"}), max_pool(x)},
              1);  // [N, 1280, 8, 8]
  x = block_8(block("Mixed_7b"), x, at::avg_pool2d(x, {3, 3}, {1, 1}, {1, 1}, false, false));
  x = block_8(block("Mixed_7c"), x, at::max_pool2d(x, {3, 3}, {1, 1}, {1, 1}));
  return spatial_mean(x);  // [N, 2048, 8, 8] -> [N, 2048]
}

at::Tensor InceptionV3::logits(const at::Tensor& features) const {
  const at::InferenceMode no_gradients;
  return at::linear(features, fc_weight_);
}

at::Tensor InceptionV3::biased_logits(const at::Tensor& features) const {
  const at::InferenceMode no_gradients;
  return at::linear(features, fc_weight_, fc_bias_);
}

}  // namespace inr::metrics
