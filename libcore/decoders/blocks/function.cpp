// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Decoders of blocks whose weights come from theta: hyper, fourier, fmm, multiscale (model.md, section 2).
#include "field/decoder_functions.hpp"

namespace inr::field::decoders {
namespace {

class Blocks final : public Function {
 public:
  explicit Blocks(std::vector<BlockWeights> weights) : weights_(std::move(weights)) {}
  [[nodiscard]] BlockOutput evaluate(size_t k, const at::Tensor& q, const at::Tensor& coarse) const override {
    return evaluate_block(weights_, k, q.to(weights_[k].frequencies.scalar_type()), coarse);
  }
  [[nodiscard]] std::optional<BlockOutput> evaluate_grid(size_t k, const PointGrid& grid, const SharedCells& coarse,
                                                         const TermOptions& options) const override {
    return evaluate_block_on_grid(weights_, k, grid, coarse, options);
  }

 private:
  std::vector<BlockWeights> weights_;
};

}  // namespace

std::unique_ptr<const Function> make_blocks(const model::ModelConfig& config, const model::ThetaLayout& layout,
                                            const TensorMap& shared, const at::Tensor& theta) {
  return std::make_unique<Blocks>(make_weights(config, layout, shared, theta));
}

}  // namespace inr::field::decoders
