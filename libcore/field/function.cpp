// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Which implementation evaluates which decoder.
#include "field/function.hpp"

#include <array>

#include "field/decoder_functions.hpp"

namespace inr::field {
namespace {

using model::ModelConfig;
using model::ThetaLayout;

struct Evaluation {
  std::unique_ptr<const Function> (*make)(const ModelConfig&, const ThetaLayout&, const TensorMap&, const at::Tensor&);
  FunctionSize (*size)(const ModelConfig&, const ThetaLayout&);
};

constexpr std::array kEvaluations = {
// in the order of the enumeration
#define INR_DECODER(identifier, name, implementation, ...) \
  Evaluation{decoders::make_##implementation, decoders::size_of_##implementation},
#include "decoders/table.def"
#undef INR_DECODER
};

}  // namespace

std::unique_ptr<const Function> make_function(const ModelConfig& config, const ThetaLayout& layout,
                                              const TensorMap& shared, const at::Tensor& theta) {
  TORCH_CHECK(theta.dim() == 2 && theta.size(1) == layout.n_theta, "theta is not [N, ", layout.n_theta, "]");
  return kEvaluations[static_cast<size_t>(config.decoder)].make(config, layout, shared, theta);
}

FunctionSize size_of_function(const ModelConfig& config, const ThetaLayout& layout) {
  return kEvaluations[static_cast<size_t>(config.decoder)].size(config, layout);
}

}  // namespace inr::field
