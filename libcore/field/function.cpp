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

constexpr std::array kMakers = {
// in the order of the enumeration
#define INR_DECODER(identifier, name, implementation, ...) decoders::make_##implementation,
#include "decoders/table.def"
#undef INR_DECODER
};

}  // namespace

std::unique_ptr<const Function> make_function(const ModelConfig& config, const ThetaLayout& layout,
                                              const TensorMap& shared, const at::Tensor& theta) {
  TORCH_CHECK(theta.dim() == 2 && theta.size(1) == layout.n_theta, "theta is not [N, ", layout.n_theta, "]");
  return kMakers[static_cast<size_t>(config.decoder)](config, layout, shared, theta);
}

}  // namespace inr::field
