// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The implementations of Function, one file each. Private to this folder.
#pragma once
#include "field/decoders/function.hpp"

namespace inr::field::decoders {

std::unique_ptr<const Function> make_blocks(const model::ModelConfig& config, const model::ThetaLayout& layout,
                                            const TensorMap& shared, const at::Tensor& theta);
FunctionSize size_of_blocks(const model::ModelConfig& config, const model::ThetaLayout& layout);

std::unique_ptr<const Function> make_latent(const model::ModelConfig& config, const TensorMap& shared,
                                            const at::Tensor& theta);
FunctionSize size_of_latent(const model::ModelConfig& config);

}  // namespace inr::field::decoders
