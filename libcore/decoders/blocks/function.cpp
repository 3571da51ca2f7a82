// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Decoders of blocks whose weights come from theta: hyper, fourier, fmm, multiscale (model.md, section 2).
#include <algorithm>

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

FunctionSize size_of_blocks(const model::ModelConfig& config, const model::ThetaLayout& layout) {
  FunctionSize size;
  for (size_t k = 0; k < layout.blocks.size(); ++k) {
    const model::BlockLayout& block = layout.blocks[k];
    const auto add = [&](const model::LayerLayout& layer) { size.weights += (layer.in + 1) * layer.out; };
    if (block.low) add(*block.low);
    if (block.high) add(*block.high);
    std::ranges::for_each(block.layers, add);
    const int64_t n_features = 2 * (block.frequencies + block.fixed_frequencies);
    size.per_point = std::max(size.per_point, 2 * n_features + 3 * config.blocks[k].width);
  }
  return size;
}

}  // namespace inr::field::decoders
