// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Decoder latent: its weights for the fast renderer (model.md, section 3). One block that sees the point itself, whose
// matrices all images share; what a layer makes of w = theta is the same for all points of an image and goes into its
// bias: U_l w + s_b b_l, summed in double in the order of the columns.
#include <algorithm>
#include <cmath>
#include <string>

#include "render/weight_maker.hpp"

namespace inr::render::decoders {
namespace {

using kernels::Buffer;
using kernels::kStrip;

constexpr int64_t kRowsAtOnce = 32;  // of U_l, for one thread

Matrix shared_matrix(WeightMaker& maker, const std::vector<float>& values, int64_t rows, int64_t columns) {
  Matrix out = WeightMaker::matrix(rows, columns);
  kernels::WeightJob job;
  job.shared = values.data();
  job.shared_stride = job.columns = columns;
  maker.add(job, out);
  return out;
}

}  // namespace

FunctionWeights weights_of_latent(const model::ModelConfig& config, const model::ThetaLayout& /*layout*/,
                                  const model::Weights& shared, std::span<const float> theta,
                                  const kernels::Operations& operations, const ForEach& for_each) {
  const model::BlockConfig& from = config.blocks.front();
  const auto n_w = static_cast<int64_t>(theta.size());
  FunctionWeights out;
  WeightMaker maker;
  Block& block = out.blocks.emplace_back();
  block.width = from.width;
  for (int64_t l = 0; l < from.layers; ++l) {
    const std::string name = "inr.0." + std::to_string(l);
    const int64_t in = l == 0 ? 2 : from.width;
    Layer& layer = block.layers.emplace_back();
    Matrix& matrix = l == 0 ? layer.e : layer.x;
    matrix = shared_matrix(maker, shared.at(name + ".shared"), from.width, in);
    layer.bias = Buffer::zeros(kernels::n_strips(from.width) * kStrip);
    const float* u = shared.at(name + ".latent").data();
    const float* b = shared.at(name + ".shared_bias").data();
    const double scale = 0.2 * std::sqrt(2.0 / static_cast<double>(in + n_w));
    for_pieces(for_each, from.width, kRowsAtOnce, [&](int64_t i) {
      double sum = scale * static_cast<double>(b[i]);
      for (int64_t c = 0; c < n_w; ++c) {
        sum += static_cast<double>(u[i * n_w + c]) * static_cast<double>(theta[static_cast<size_t>(c)]);
      }
      layer.bias.data()[i] = static_cast<float>(sum);
    });
  }
  block.rgb = {shared_matrix(maker, shared.at("inr.0.rgb.shared"), 3, from.width), {}, Buffer::zeros(kStrip)};
  std::copy_n(shared.at("inr.0.rgb.bias").data(), 3, block.rgb.bias.data());
  maker.run(operations, for_each);
  return out;
}

}  // namespace inr::render::decoders
