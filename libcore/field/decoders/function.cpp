// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Which implementation evaluates which decoder. No default cases: the compiler names the switch that lacks a new one.
#include "field/decoders/function.hpp"

#include "base/error.hpp"
#include "field/decoders/decoders.hpp"

namespace inr::field {

using model::Decoder;

std::unique_ptr<const Function> make_function(const model::ModelConfig& config, const model::ThetaLayout& layout,
                                              const TensorMap& shared, const at::Tensor& theta) {
  TORCH_CHECK(theta.dim() == 2 && theta.size(1) == layout.n_theta, "theta is not [N, ", layout.n_theta, "]");
  switch (config.decoder) {
    case Decoder::kLatent:
      return decoders::make_latent(config, shared, theta);
    case Decoder::kHyper:
    case Decoder::kFourier:
    case Decoder::kFmm:
    case Decoder::kMultiscale:
      return decoders::make_blocks(config, layout, shared, theta);
  }
  throw base::DataError("a decoder without an evaluation");
}

FunctionSize size_of_function(const model::ModelConfig& config, const model::ThetaLayout& layout) {
  switch (config.decoder) {
    case Decoder::kLatent:
      return decoders::size_of_latent(config);
    case Decoder::kHyper:
    case Decoder::kFourier:
    case Decoder::kFmm:
    case Decoder::kMultiscale:
      return decoders::size_of_blocks(config, layout);
  }
  throw base::DataError("a decoder without an evaluation");
}

}  // namespace inr::field
