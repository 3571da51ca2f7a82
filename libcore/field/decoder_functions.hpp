// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// How the decoders of the table make their functions. For the sources of field and decoders alone.
#pragma once
#include "field/function.hpp"

namespace inr::field::decoders {

// Of every implementation: see make_function().
#define INR_DECODER(identifier, name, implementation, ...)                                                         \
  std::unique_ptr<const Function> make_##implementation(const model::ModelConfig& config,                          \
                                                        const model::ThetaLayout& layout, const TensorMap& shared, \
                                                        const at::Tensor& theta);
#include "decoders/table.def"
#undef INR_DECODER

}  // namespace inr::field::decoders
