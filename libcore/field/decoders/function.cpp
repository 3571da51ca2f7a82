// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Which implementation evaluates which decoder.
#include "field/decoders/function.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "field/decoders/decoders.hpp"

namespace inr::field {
namespace {

using model::Decoder;
using model::ModelConfig;
using model::ThetaLayout;

struct Evaluation {
  Decoder decoder;
  std::unique_ptr<const Function> (*make)(const ModelConfig&, const ThetaLayout&, const TensorMap&, const at::Tensor&);
  FunctionSize (*size)(const ModelConfig&, const ThetaLayout&);
};

/// The table: a line a decoder.
constexpr std::array kEvaluations = {
    Evaluation{
        Decoder::kLatent,
        [](const ModelConfig& config, const ThetaLayout& /*layout*/, const TensorMap& shared, const at::Tensor& theta) {
          return decoders::make_latent(config, shared, theta);
        },
        [](const ModelConfig& config, const ThetaLayout& /*layout*/) { return decoders::size_of_latent(config); }},
    Evaluation{Decoder::kHyper, decoders::make_blocks, decoders::size_of_blocks},
    Evaluation{Decoder::kFourier, decoders::make_blocks, decoders::size_of_blocks},
    Evaluation{Decoder::kFmm, decoders::make_blocks, decoders::size_of_blocks},
    Evaluation{Decoder::kMultiscale, decoders::make_blocks, decoders::size_of_blocks},
};

const Evaluation& evaluation_of(Decoder decoder) {
  const auto* const found = std::ranges::find(kEvaluations, decoder, &Evaluation::decoder);
  if (found == kEvaluations.end()) throw base::DataError("a decoder without an evaluation");
  return *found;
}

}  // namespace

std::unique_ptr<const Function> make_function(const ModelConfig& config, const ThetaLayout& layout,
                                              const TensorMap& shared, const at::Tensor& theta) {
  TORCH_CHECK(theta.dim() == 2 && theta.size(1) == layout.n_theta, "theta is not [N, ", layout.n_theta, "]");
  return evaluation_of(config.decoder).make(config, layout, shared, theta);
}

FunctionSize size_of_function(const ModelConfig& config, const ThetaLayout& layout) {
  return evaluation_of(config.decoder).size(config, layout);
}

}  // namespace inr::field
