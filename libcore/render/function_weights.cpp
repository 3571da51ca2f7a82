// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "render/function_weights.hpp"

#include <algorithm>
#include <array>

#include "render/weight_maker.hpp"

namespace inr::render {
namespace {

using kernels::kStrip;

constexpr int64_t kJobsAtOnce = 16;

using Make = FunctionWeights (*)(const model::ModelConfig&, const model::ThetaLayout&, const model::Weights&,
                                 std::span<const float>, const kernels::Operations&, const ForEach&);

constexpr std::array kMakers = {
// in the order of the enumeration
#define INR_DECODER(identifier, name, implementation, ...) Make{decoders::weights_of_##implementation},
#include "decoders/table.def"
#undef INR_DECODER
};

}  // namespace

Matrix WeightMaker::matrix(int64_t rows, int64_t columns) {
  return {rows, columns, kernels::Buffer::zeros(kernels::n_strips(rows) * kStrip * columns)};
}

void WeightMaker::add(const kernels::WeightJob& of, Matrix& matrix, int64_t column) {
  for (int64_t row = 0; row < matrix.rows && of.columns > 0; row += kStrip) {
    kernels::WeightJob job = of;
    job.rows = std::min(kStrip, matrix.rows - row);
    if (job.shared != nullptr) job.shared += row * job.shared_stride;
    if (job.a != nullptr) job.a += row * job.rank;
    if (job.gain != nullptr) job.gain += row;
    job.out = matrix.strips.data() + row / kStrip * matrix.strip_stride() + column * kStrip;
    jobs_.push_back(job);
  }
}

void WeightMaker::run(const kernels::Operations& operations, const ForEach& for_each) const {
  for_pieces(for_each, static_cast<int64_t>(jobs_.size()), kJobsAtOnce,
             [&](int64_t i) { operations.weights(jobs_[static_cast<size_t>(i)]); });
}

FunctionWeights make_weights(const model::ModelConfig& config, const model::ThetaLayout& layout,
                             const model::Weights& shared, std::span<const float> theta,
                             const kernels::Operations& operations, const ForEach& for_each) {
  return kMakers[static_cast<size_t>(config.decoder)](config, layout, shared, theta, operations, for_each);
}

}  // namespace inr::render
